//! The judge itself: what it must find, and what it must let pass.

use super::bounds;
use super::facts::Facts;
use super::history::{Call, Came, Operation};
use super::judge::{AtRest, CodeAtRest, SessionAtRest, judge};
use super::search::{Found, search};
use proptest::prelude::*;

fn operation(from: u32, to: Option<u32>, call: Call, came: Came) -> Operation {
    Operation { client: 0, code: 0, call, came, from, to, ms: (0, 0) }
}

fn limit(from: u32, to: u32, limit: u32) -> Operation {
    operation(from, Some(to), Call::Limit(Some(limit)), Came::Done)
}

fn held(from: u32, to: u32, key: &str) -> Operation {
    let came = Came::Held { hold: format!("cs_{key}"), answer: format!("201 {key}") };
    operation(from, Some(to), Call::Take(key.into()), came)
}

fn unknown(from: u32, key: &str) -> Operation {
    operation(from, None, Call::Take(key.into()), Came::Unknown("cut".into()))
}

fn exhausted(from: u32, to: u32, key: &str) -> Operation {
    operation(from, Some(to), Call::Take(key.into()), Came::Exhausted("400".into()))
}

fn left(from: u32, to: u32, key: &str) -> Operation {
    operation(from, Some(to), Call::Leave(format!("cs_{key}")), Came::Done)
}

fn paid(from: u32, to: u32, key: &str) -> Operation {
    operation(from, Some(to), Call::Pay(format!("cs_{key}")), Came::Done)
}

fn read(from: u32, to: u32, held: i64, redeemed: i64) -> Operation {
    operation(from, Some(to), Call::Read, Came::Counts { held, redeemed })
}

fn rest(from: u32, to: u32) -> Operation {
    operation(from, Some(to), Call::Rest, Came::Done)
}

/// What the bounds say, and whether there is an order.
fn told(operations: &[Operation]) -> (Vec<String>, Found) {
    let facts = Facts::of(operations, 0);
    (bounds::judge(operations, &facts, "SPRING"), search(&facts))
}

#[track_caller]
fn passes(operations: &[Operation]) {
    assert_eq!(told(operations), (Vec::new(), Found::AnOrder));
}

#[track_caller]
fn is_found(operations: &[Operation], words: &str) {
    let (wrong, found) = told(operations);
    assert_eq!(found, Found::None);
    assert!(wrong.iter().any(|said| said.contains(words)), "{wrong:?}");
}

/// Only the search sees it, and says which operations it needs for that.
#[track_caller]
fn is_found_by_search(operations: &[Operation], needs: &[usize]) {
    let (wrong, found) = told(operations);
    assert_eq!((wrong, found), (Vec::new(), Found::None));
    let verdict = judge(operations, &AtRest::default());
    let shown: Vec<usize> =
        (0..operations.len()).filter(|place| verdict.wrong[0].contains(&operations[*place].to_string())).collect();
    assert_eq!(shown, needs, "{}", verdict.wrong[0]);
}

#[test]
fn one_too_many() {
    is_found(&[limit(1, 2, 1), held(3, 5, "a"), held(4, 6, "b")], "oversold");
    is_found(&[limit(1, 2, 1), held(3, 4, "a"), paid(5, 6, "a"), held(7, 8, "b")], "oversold");
    // One of them had left.
    passes(&[limit(1, 2, 1), held(3, 5, "a"), left(6, 7, "a"), held(8, 9, "b")]);
    passes(&[limit(1, 2, 1), held(3, 5, "a"), left(6, 9, "a"), held(7, 8, "b")]);
    // It left after the other was told.
    is_found(&[limit(1, 2, 1), held(3, 4, "a"), held(5, 6, "b"), left(7, 8, "a")], "oversold");
    // A larger limit came; whether in time is not known.
    passes(&[limit(1, 2, 1), held(3, 5, "a"), held(4, 6, "b"), limit(7, 8, 2)].map(|mut operation| {
        if operation.from == 7 {
            (operation.from, operation.to) = (4, Some(7));
        }
        operation
    }));
    // A smaller one takes nothing away from those who hold.
    passes(&[
        limit(1, 2, 2),
        held(3, 4, "a"),
        held(5, 6, "b"),
        limit(7, 8, 1),
        read(9, 10, 2, 0),
        exhausted(11, 12, "c"),
    ]);
    is_found_by_search(&[limit(1, 2, 2), limit(3, 4, 1), held(5, 6, "a"), held(7, 8, "b")], &[0, 1, 2, 3]);
}

#[test]
fn refused_while_one_was_left() {
    is_found(&[limit(1, 2, 2), held(3, 4, "a"), exhausted(5, 6, "b")], "refused while stock was left");
    passes(&[limit(1, 2, 2), held(3, 4, "a"), held(5, 8, "b"), exhausted(6, 7, "c")]);
    // Nobody knows what came of one.
    passes(&[limit(1, 2, 2), held(3, 4, "a"), unknown(5, "b"), exhausted(6, 7, "c")]);
    // It left, and nobody has seen that yet; and after a rest it is certainly back.
    passes(&[limit(1, 2, 1), held(3, 4, "a"), left(5, 6, "a"), exhausted(7, 8, "b")]);
    is_found(
        &[limit(1, 2, 1), held(3, 4, "a"), left(5, 6, "a"), rest(7, 8), exhausted(9, 10, "b")],
        "refused while stock was left",
    );
    // What was paid never comes back.
    passes(&[limit(1, 2, 1), held(3, 4, "a"), paid(5, 6, "a"), rest(7, 8), exhausted(9, 10, "b")]);
    // The other one began later than this was answered.
    is_found(&[limit(1, 2, 1), exhausted(3, 4, "a"), held(5, 6, "b")], "refused while stock was left");
}

#[test]
fn counts_that_cannot_be() {
    passes(&[limit(1, 2, 9), held(3, 4, "a"), unknown(5, "b"), read(6, 7, 2, 0), read(8, 9, 1, 0)]);
    is_found(&[limit(1, 2, 9), held(3, 4, "a"), read(5, 6, 0, 0)], "counts that cannot be");
    is_found(&[limit(1, 2, 9), held(3, 4, "a"), read(5, 6, 0, 1)], "counts that cannot be");
    is_found(&[limit(1, 2, 9), held(3, 4, "a"), read(5, 6, 2, 0)], "counts that cannot be");
    let history = [limit(1, 2, 9), held(3, 4, "a"), paid(5, 6, "a"), read(7, 8, 0, 1), read(9, 10, 1, 0)];
    is_found(&history, "not redeemed any more");
    // It was there, it was not, and it was there again; the second one has no part in it.
    let history =
        [limit(1, 2, 9), unknown(3, "a"), held(4, 5, "b"), read(6, 7, 2, 0), read(8, 9, 1, 0), read(10, 11, 2, 0)];
    is_found_by_search(&history, &[0, 1, 2, 3, 4, 5]);
}

#[test]
fn an_order_that_only_a_search_sees() {
    // The refusal says that b held already, the count says that it did not.
    let history = [limit(1, 2, 2), held(3, 4, "a"), held(5, 12, "b"), exhausted(6, 7, "c"), read(8, 9, 1, 0)];
    is_found_by_search(&history, &[0, 1, 2, 3, 4]);
    passes(&[limit(1, 2, 2), held(3, 4, "a"), held(5, 12, "b"), read(6, 7, 1, 0), exhausted(8, 9, "c")]);
}

#[test]
fn one_effect_and_one_answer_for_a_key() {
    let again = |hold: &str, answer: &str| {
        let came = Came::Held { hold: hold.into(), answer: answer.into() };
        operation(5, Some(6), Call::Take("a".into()), came)
    };
    let session = |id: &str| SessionAtRest { key: "a".into(), id: id.into() };
    let wrong = |again: Operation, sessions: &[SessionAtRest]| {
        let rest = AtRest { sessions: sessions.to_vec(), ..AtRest::default() };
        judge(&[limit(1, 2, 1), held(3, 4, "a"), again], &rest).wrong
    };
    assert!(wrong(again("cs_a", "201 a"), &[session("cs_a")]).is_empty());
    assert!(wrong(again("cs_b", "201 b"), &[session("cs_a")])[0].contains("2 different answers"));
    assert!(wrong(exhausted(5, 6, "a"), &[session("cs_a")]).iter().any(|said| said.contains("2 different answers")));
    assert!(wrong(again("cs_a", "201 a"), &[session("cs_a"), session("cs_b")])[0].contains("2 sessions"));
}

#[test]
fn what_is_there_at_rest() {
    let good = CodeAtRest {
        name: "SPRING".into(),
        counters: (1, 2),
        rows: (1, 2),
        at_stripe: (1, 2),
        coupons: vec![("cm_1".into(), Vec::new())],
        ..CodeAtRest::default()
    };
    let said = |change: fn(&mut CodeAtRest)| {
        let mut code = good.clone();
        change(&mut code);
        judge(&[], &AtRest { codes: vec![code], sessions: Vec::new() }).wrong.join("")
    };
    assert_eq!(said(|_| {}), "");
    assert!(said(|code| code.counters.0 = 0).contains("0 held and 2 redeemed, its rows 1 held"));
    assert!(said(|code| code.rows.1 = 3).contains("its rows 1 held and 3 redeemed"));
    assert!(said(|code| code.at_stripe = (0, 3)).contains("Stripe's sessions 0 held and 3 redeemed"));
    assert!(said(|code| code.coupons.push(("cm_2".into(), Vec::new()))).contains("2 coupons"));
    assert!(said(|code| code.coupons[0].1.push("percent_off")).contains("differs in percent_off"));
    assert_eq!(said(|code| (code.blocked, code.coupons[0].1) = (true, vec!["duration"])), "");
    assert!(said(|code| code.wrongly_priced.push("cs_1".into())).contains("another discount"));
}

/// What a client of the pretended server wants, with three moments: it begins, happens, ends.
#[derive(Clone, Debug)]
struct Wish {
    what: u8,
    whose: usize,
    moments: [u32; 3],
    lost: bool,
}

fn wishes(most: usize) -> impl Strategy<Value = Vec<Wish>> {
    let one = (0..6u8, 0..8usize, [0..1000u32, 0..1000u32, 0..1000u32], prop::bool::weighted(0.15)).prop_map(
        |(what, whose, mut moments, lost)| {
            moments.sort_unstable();
            Wish { what, whose, moments, lost }
        },
    );
    prop::collection::vec(one, 1..most)
}

/// A faultless counter that is asked all this at once, or one that forgets its limit now and then.
fn pretend(wishes: &[Wish], most: u32, forgetful: bool) -> Vec<Operation> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by_key(|wish| (wishes[*wish].moments[1], *wish));
    let mut moments: Vec<(u32, usize, bool)> = Vec::new();
    let (mut out, mut redeemed): (Vec<usize>, Vec<usize>) = Default::default();
    let mut operations = vec![limit(1, 2, most)];
    for (turn, number) in order.iter().copied().enumerate() {
        let wish = &wishes[number];
        let key = format!("k{number}");
        // A hold can be ended only by who was told of it.
        let known = |held: &&usize| !wishes[**held].lost && wishes[**held].moments[2] < wish.moments[0];
        let known: Vec<usize> = out.iter().filter(known).copied().collect();
        let known = known.get(wish.whose % known.len().max(1)).copied();
        let (call, came) = match (wish.what, known) {
            (3, Some(whose)) => {
                out.retain(|held| *held != whose);
                (Call::Leave(format!("cs_k{whose}")), Came::Done)
            }
            (4, Some(whose)) => {
                out.retain(|held| *held != whose);
                redeemed.push(whose);
                (Call::Pay(format!("cs_k{whose}")), Came::Done)
            }
            (0..=2, _) => {
                let full = out.len() + redeemed.len() >= usize::try_from(most).unwrap();
                if full && !(forgetful && turn % 3 == 0) {
                    (Call::Take(key), Came::Exhausted("400".into()))
                } else {
                    out.push(number);
                    (Call::Take(key.clone()), Came::Held { hold: format!("cs_{key}"), answer: key })
                }
            }
            _ => {
                let count = |of: &Vec<usize>| i64::try_from(of.len()).unwrap();
                (Call::Read, Came::Counts { held: count(&out), redeemed: count(&redeemed) })
            }
        };
        let lost = wish.lost && matches!(call, Call::Take(_));
        moments.push((wish.moments[0], operations.len(), false));
        moments.push((wish.moments[2], operations.len(), true));
        let came = if lost { Came::Unknown("lost".into()) } else { came };
        operations.push(operation(0, None, call, came));
    }
    moments.sort_by_key(|(at, place, end)| (*at, *end, *place));
    for (moment, (_, place, end)) in moments.into_iter().enumerate() {
        let moment = u32::try_from(moment).unwrap() + 3;
        let operation = &mut operations[place];
        match end {
            false => operation.from = moment,
            true => operation.to = Some(moment).filter(|_| !matches!(operation.came, Came::Unknown(_))),
        }
    }
    operations
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_faultless_counter_passes(wishes in wishes(14), most in 1..5u32) {
        let operations = pretend(&wishes, most, false);
        let (wrong, found) = told(&operations);
        prop_assert!(wrong.is_empty(), "{wrong:?}");
        prop_assert_ne!(found, Found::None, "{}", judge(&operations, &AtRest::default()).wrong.join(""));
    }

    /// What the bounds cannot believe has no order either; what they believe, may still have none.
    #[test]
    fn the_bounds_are_sound(wishes in wishes(14), most in 1..3u32) {
        let operations = pretend(&wishes, most, true);
        let (wrong, found) = told(&operations);
        prop_assert!(wrong.is_empty() || found != Found::AnOrder, "{wrong:?}");
    }
}
