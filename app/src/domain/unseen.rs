//! Characters that nobody sees: controls, and what turns or hides the text around it.

/// Whether a character is a control, joins or hides without a trace, or turns the direction of writing.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen() {
        assert!("\0\n\u{7f}\u{85}\u{ad}\u{200b}\u{200d}\u{202e}\u{2066}\u{feff}".chars().all(is_unseen));
        assert!(!"aZ09 éĀΩЖ中🎉".chars().any(is_unseen));
    }
}
