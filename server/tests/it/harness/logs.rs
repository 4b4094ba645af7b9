//! Everything that the process logs, at the finest level, while somebody records it.

use parking_lot::Mutex;
use std::io::{self, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use tracing_subscriber::{Layer, filter::dynamic_filter_fn, fmt, layer::SubscriberExt, registry};

static RECORDING: AtomicUsize = AtomicUsize::new(0);
static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Tape;

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Makes recording possible; without a recording nothing is formatted.
pub fn install() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        let wanted = dynamic_filter_fn(|_, _| RECORDING.load(Ordering::Relaxed) > 0);
        let layer = fmt::layer().with_ansi(false).with_writer(|| Tape).with_filter(wanted);
        tracing::subscriber::set_global_default(registry().with(layer)).unwrap();
    });
}

/// Records until it is dropped. Other tests of the same process are on the tape too.
pub struct Recorded(());

impl Recorded {
    pub fn start() -> Self {
        RECORDING.fetch_add(1, Ordering::Relaxed);
        Self(())
    }

    pub fn lines(&self) -> Vec<u8> {
        LINES.lock().clone()
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        RECORDING.fetch_sub(1, Ordering::Relaxed);
    }
}
