//! What a run found, as JSON.

use serde::Serialize;

/// One line of the table, on one engine.
#[derive(Serialize)]
pub(crate) struct Row {
    /// Its short name.
    pub(crate) name: String,
    /// `sqlite`, `postgres`.
    pub(crate) engine: &'static str,
    /// What the figures count.
    pub(crate) unit: &'static str,
    /// Ours: the median of the rounds.
    pub(crate) ours: Option<f64>,
    /// The baseline's, in the same rounds.
    pub(crate) baseline: Option<f64>,
    /// What the goal is about: the median of the rounds' ratios (or of their differences, where time is added).
    pub(crate) figure: Option<f64>,
    /// The goal, in words.
    pub(crate) goal: String,
    /// Whether it is reached; nothing where there is no figure.
    pub(crate) reached: Option<bool>,
    /// Baseline and ours, round by round.
    pub(crate) rounds: Vec<(f64, f64)>,
    /// Why there is no figure, or what should be known about it.
    pub(crate) note: Option<String>,
}

/// What a figure must be.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// At least.
    Least(f64),
    /// At most.
    Most(f64),
}

impl Goal {
    fn words(self) -> String {
        match self {
            Self::Least(least) => format!("≥ {least}"),
            Self::Most(most) => format!("≤ {most}"),
        }
    }

    fn reached(self, figure: f64) -> bool {
        match self {
            Self::Least(least) => figure >= least,
            Self::Most(most) => figure <= most,
        }
    }
}

impl Row {
    /// A row of rounds, each with its figure.
    pub(crate) fn of(
        name: impl Into<String>,
        engine: &'static str,
        unit: &'static str,
        rounds: Vec<(f64, f64)>,
        figure: impl Fn(f64, f64) -> f64,
        goal: Goal,
    ) -> Self {
        let middle = |of: &dyn Fn(&(f64, f64)) -> f64| crate::load::median(&rounds.iter().map(of).collect::<Vec<_>>());
        let found = middle(&|(baseline, ours)| figure(*baseline, *ours));
        Self {
            name: name.into(),
            engine,
            unit,
            ours: Some(middle(&|(_, ours)| *ours)),
            baseline: Some(middle(&|(baseline, _)| *baseline)),
            figure: Some(found),
            goal: goal.words(),
            reached: Some(goal.reached(found)),
            rounds,
            note: None,
        }
    }

    /// One figure without a baseline.
    pub(crate) fn alone(name: &str, engine: &'static str, unit: &'static str, figure: f64, goal: Goal) -> Self {
        Self {
            name: name.to_owned(),
            engine,
            unit,
            ours: Some(figure),
            baseline: None,
            figure: Some(figure),
            goal: goal.words(),
            reached: Some(goal.reached(figure)),
            rounds: Vec::new(),
            note: None,
        }
    }

    /// A row that could not be measured.
    pub(crate) fn missing(name: &str, engine: &'static str, unit: &'static str, goal: Goal, why: &str) -> Self {
        Self {
            name: name.to_owned(),
            engine,
            unit,
            ours: None,
            baseline: None,
            figure: None,
            goal: goal.words(),
            reached: None,
            rounds: Vec::new(),
            note: Some(why.to_owned()),
        }
    }

    /// With something that should be known about it.
    pub(crate) fn noted(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_round_counts() {
        let rounds = vec![(100.0, 50.0), (10.0, 9.0), (100.0, 80.0)];
        let row = Row::of("x", "sqlite", "a second", rounds, |baseline, ours| ours / baseline, Goal::Least(0.7));
        assert_eq!((row.figure, row.reached), (Some(0.8), Some(true)));
        assert_eq!((row.baseline, row.ours), (Some(100.0), Some(50.0)));
    }
}
