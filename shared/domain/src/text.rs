//! Text that people typed: what may be stored and shown again.

/// Why a text cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Nothing but blanks.
    #[error("must not be empty")]
    Empty,
    /// More than the field takes.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// Control characters, or ones that turn the direction of the text around them.
    #[error("must not have control characters")]
    Control,
}

/// The text without blanks around it, if it has 1 to `most` characters and none that would disturb a page or a log.
pub fn line(text: &str, most: usize) -> Result<&str, BadText> {
    let line = text.trim();
    if line.is_empty() {
        return Err(BadText::Empty);
    }
    if line.chars().count() > most {
        return Err(BadText::TooLong(most));
    }
    if line.chars().any(is_disturbing) {
        return Err(BadText::Control);
    }
    Ok(line)
}

/// Whether several lines of at most `most` characters have nothing disturbing but line breaks and tabs.
pub fn lines(text: &str, most: usize) -> Result<&str, BadText> {
    if text.chars().count() > most {
        return Err(BadText::TooLong(most));
    }
    if text.chars().any(|c| is_disturbing(c) && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(BadText::Control);
    }
    Ok(text)
}

fn is_disturbing(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_checked() {
        assert_eq!(line("  Große Halle ", 20), Ok("Große Halle"));
        assert_eq!(line(" ", 20), Err(BadText::Empty));
        assert_eq!(line("abc", 2), Err(BadText::TooLong(2)));
        for disturbing in ["a\0b", "a\nb", "a\u{202e}b"] {
            assert_eq!(line(disturbing, 20), Err(BadText::Control), "{disturbing:?}");
        }
        assert_eq!(lines("a\nb", 20), Ok("a\nb"));
        assert_eq!(lines("a\0b", 20), Err(BadText::Control));
    }
}
