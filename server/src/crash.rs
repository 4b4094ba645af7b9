//! Deaths and faults on order. A test names a step, and the process ends there by SIGKILL, as by a power cut: nothing is unwound, flushed
//! or answered. Or it names a fault, and a rule is not kept: so the tests that judge histories prove that they would see it. Debug builds
//! alone have it; in a release build [`here`], [`planted`] and [`without`] leave nothing behind, not even the names.
//!
//! Own code rather than the crate `fail`: its actions panic, return or wait, none of them kills, and it would bring its own `rand`.

/// The process may be ordered to die at this place.
macro_rules! here {
    ($step:literal) => {
        #[cfg(debug_assertions)]
        $crate::crash::on_order($step);
    };
}

/// Whether this fault was ordered.
macro_rules! planted {
    ($fault:literal) => {{
        #[cfg(debug_assertions)]
        let ordered = $crate::crash::is_planted($fault);
        #[cfg(not(debug_assertions))]
        let ordered = false;
        ordered
    }};
}

/// A statement; without this part of it, where the fault was ordered.
macro_rules! without {
    ($fault:literal, $part:literal, $sql:expr) => {{
        #[cfg(debug_assertions)]
        let sql = $crate::crash::leave_out($fault, $part, $sql);
        #[cfg(not(debug_assertions))]
        let sql = $sql;
        sql
    }};
}

pub(crate) use {here, planted, without};

/// `step` or `step:n`: dies when it comes to this step, or comes there for the nth time.
#[cfg(debug_assertions)]
const ORDER: &str = "CODEMINT_DIE_AT";

/// A rule that is not kept: the name of one place.
#[cfg(debug_assertions)]
const PLANT: &str = "CODEMINT_PLANT";

/// What was ordered, and how often the step may still be passed.
#[cfg(debug_assertions)]
struct Order {
    step: String,
    left: std::sync::atomic::AtomicI64,
}

#[cfg(debug_assertions)]
fn order() -> Option<Order> {
    let text = std::env::var(ORDER).ok()?;
    let (step, nth) = text.split_once(':').unwrap_or((&text, "1"));
    Some(Order { step: step.to_owned(), left: nth.parse().unwrap_or(1).into() })
}

/// Dies, if it was ordered here.
#[cfg(debug_assertions)]
pub(crate) fn on_order(step: &str) {
    use std::sync::{LazyLock, atomic::Ordering};
    static ORDERED: LazyLock<Option<Order>> = LazyLock::new(order);
    let Some(order) = ORDERED.as_ref().filter(|order| order.step == step) else { return };
    if order.left.fetch_sub(1, Ordering::SeqCst) == 1 {
        die();
    }
}

#[cfg(debug_assertions)]
fn die() -> ! {
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::abort()
}

/// Whether this fault was ordered.
#[cfg(debug_assertions)]
pub(crate) fn is_planted(fault: &str) -> bool {
    use std::sync::LazyLock;
    static PLANTED: LazyLock<Option<String>> = LazyLock::new(|| std::env::var(PLANT).ok());
    PLANTED.as_deref() == Some(fault)
}

/// The statement, without this part where the fault was ordered.
#[cfg(debug_assertions)]
pub(crate) fn leave_out(fault: &str, part: &str, sql: &'static str) -> &'static str {
    debug_assert!(sql.contains(part), "there is no such part: {part}");
    // One statement of one process that is ordered to be wrong.
    if is_planted(fault) { sql.replacen(part, "", 1).leak() } else { sql }
}
