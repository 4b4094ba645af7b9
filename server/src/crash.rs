//! Deaths on order. A test names a step, and the process ends there by SIGKILL, as by a power cut: nothing is unwound, flushed or
//! answered. Debug builds alone have it; in a release build [`here`] leaves nothing behind, not even the steps' names.
//!
//! Own code rather than the crate `fail`: its actions panic, return or wait, none of them kills, and it would bring its own `rand`.

/// The process may be ordered to die at this place.
macro_rules! here {
    ($step:literal) => {
        #[cfg(debug_assertions)]
        $crate::crash::on_order($step);
    };
}

pub(crate) use here;

/// `step` or `step:n`: dies when it comes to this step, or comes there for the nth time.
#[cfg(debug_assertions)]
const ORDER: &str = "CODEMINT_DIE_AT";

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
