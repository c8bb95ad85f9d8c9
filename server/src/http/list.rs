//! Lists: which page is asked for, and how it is answered.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::problem::{Answer, Problem};
use frontrow_domain::codes::ErrorCode;

const DEFAULT_LIMIT: u32 = 20;
const MAX_LIMIT: u32 = 100;

/// The parameters of a list. Every one is text here, so that a bad one is refused by name.
#[derive(Deserialize)]
pub(crate) struct Page {
    limit: Option<String>,
    cursor: Option<String>,
    pub(crate) status: Option<String>,
}

impl Page {
    /// How many items are asked for.
    pub(crate) fn limit(&self) -> Answer<u32> {
        let Some(text) = &self.limit else { return Ok(DEFAULT_LIMIT) };
        let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
        limit.ok_or_else(|| bad("limit", "1 to 100"))
    }

    /// After which item.
    pub(crate) fn cursor<T>(&self, read: impl Fn(&str) -> Option<T>) -> Answer<Option<T>> {
        let cursor = self.cursor.as_deref().map(|text| read(text).ok_or_else(|| bad("cursor", "a next_cursor")));
        cursor.transpose()
    }
}

/// A page of a list, as every list is answered.
#[derive(Serialize)]
pub(crate) struct List<T> {
    pub(crate) items: Vec<T>,
    /// Null at the end.
    pub(crate) next_cursor: Option<String>,
}

impl<T> List<T> {
    /// A list that has one page.
    pub(crate) fn whole(items: impl Iterator<Item = T>) -> Self {
        Self { items: items.collect(), next_cursor: None }
    }
}

/// The answer to a list, of which one item more than is shown was asked for.
pub(crate) fn page<T, V, Id: Display>(
    mut found: Vec<T>,
    asked: u32,
    id: impl Fn(&T) -> Id,
    show: impl FnMut(T) -> V,
) -> List<V> {
    let next_cursor = cut(&mut found, asked, id).map(|id| id.to_string());
    List { items: found.into_iter().map(show).collect(), next_cursor }
}

/// Takes away the item more; the id of the last one that is shown, if there was one more.
pub(crate) fn cut<T, Id>(found: &mut Vec<T>, asked: u32, id: impl Fn(&T) -> Id) -> Option<Id> {
    let shown = asked as usize - 1;
    let more = found.len() > shown;
    found.truncate(shown);
    found.last().filter(|_| more).map(id)
}

pub(crate) fn bad(parameter: &str, shape: &str) -> Problem {
    Problem::new(ErrorCode::BadRequest, format!("the parameter {parameter} must be {shape}"))
        .with("parameter", parameter)
}
