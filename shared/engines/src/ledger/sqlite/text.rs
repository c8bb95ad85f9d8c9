//! Looking for text in any case. `SQLite` by itself knows the case of ASCII only.

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, Result};

/// Makes `has_text(text, folded)` known to a connection: whether `text` contains what was [`folded`].
pub(super) fn register(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("has_text", 2, flags, |arguments| {
        let (text, wanted) = (arguments.get_raw(0).as_str()?, arguments.get_raw(1).as_str()?);
        Ok(folded(text).contains(wanted))
    })
}

/// The text without its case, letter by letter.
pub(super) fn folded(text: &str) -> String {
    text.chars().flat_map(fold).collect()
}

/// By way of the capital, because several small letters may share one: ς and σ. A letter whose capital is several
/// letters keeps its length: ß is not ss.
fn fold(c: char) -> std::char::ToLowercase {
    let mut capital = c.to_uppercase();
    match (capital.next(), capital.next()) {
        (Some(capital), None) => capital.to_lowercase(),
        _ => c.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn text_is_compared_without_its_case_in_every_script() {
        for (one, other) in [("GROẞE Bühne", "große bÜHNE"), ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"), ("ЖИЗНЬ", "жизнь")]
        {
            assert_eq!(folded(one), folded(other));
        }
        assert_ne!(folded("Maße"), folded("Masse"));
    }
}
