//! Reads untyped JSON while remembering the path, and collects problems instead of stopping at the first.

use std::cell::RefCell;

use serde_json::Value;

use super::{MAX_PROBLEMS, PlanProblem};
use crate::text;

/// Names in a plan: long enough for every hall, short enough for every ticket.
const MAX_TEXT_CHARS: usize = 200;

/// The problems found so far, at most [`MAX_PROBLEMS`].
#[derive(Debug, Default)]
pub(super) struct Problems(RefCell<Vec<PlanProblem>>);

impl Problems {
    pub(super) fn into_vec(self) -> Vec<PlanProblem> {
        self.0.into_inner()
    }

    fn add(&self, path: String, message: String) {
        let mut problems = self.0.borrow_mut();
        if problems.len() < MAX_PROBLEMS {
            problems.push(PlanProblem { path, message });
        }
    }
}

/// Where a value sits: a chain back to the root, so that a path is only spelled when a problem needs it.
#[derive(Debug, Clone, Copy)]
enum Place<'a> {
    Root,
    Field(&'a Place<'a>, &'a str),
    Index(&'a Place<'a>, usize),
}

impl Place<'_> {
    fn path(&self) -> String {
        match self {
            Place::Root => "$".into(),
            Place::Field(parent, name) => format!("{}.{name}", parent.path()),
            Place::Index(parent, index) => format!("{}[{index}]", parent.path()),
        }
    }
}

/// One value of the plan, with its place and the list that problems go to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'a> {
    value: &'a Value,
    place: Place<'a>,
    problems: &'a Problems,
}

impl<'a> Node<'a> {
    pub(super) const fn root(value: &'a Value, problems: &'a Problems) -> Self {
        Self { value, place: Place::Root, problems }
    }

    pub(super) fn problem(&self, message: impl Into<String>) {
        self.problems.add(self.place.path(), message.into());
    }

    /// A problem with one field of this object.
    pub(super) fn field_problem(&'a self, name: &str, message: impl Into<String>) {
        self.problems.add(Place::Field(&self.place, name).path(), message.into());
    }

    /// The field, if it is there and not null.
    pub(super) fn optional(&'a self, name: &'a str) -> Option<Node<'a>> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Node { value, place: Place::Field(&self.place, name), problems: self.problems })
    }

    /// The field; a problem if it is missing.
    pub(super) fn required(&'a self, name: &'a str) -> Option<Node<'a>> {
        let field = self.optional(name);
        if field.is_none() {
            self.field_problem(name, "is missing");
        }
        field
    }

    /// The value as a short line of text.
    pub(super) fn text(&self) -> Option<&'a str> {
        let Some(text) = self.value.as_str() else {
            self.problem("must be a text");
            return None;
        };
        text::line(text, MAX_TEXT_CHARS).map_err(|bad| self.problem(bad.to_string())).ok()
    }

    /// Yes or no.
    pub(super) fn flag(&self) -> Option<bool> {
        let flag = self.value.as_bool();
        if flag.is_none() {
            self.problem("must be true or false");
        }
        flag
    }

    /// A finite number whose size a canvas can still draw.
    pub(super) fn coordinate(&self) -> Option<f64> {
        let number = self.value.as_f64().filter(|number| number.is_finite() && number.abs() <= 1e7);
        if number.is_none() {
            self.problem("must be a number between -10000000 and 10000000");
        }
        number
    }

    /// A coordinate that is a length.
    pub(super) fn length(&self) -> Option<f64> {
        let number = self.coordinate()?;
        if number < 0.0 {
            self.problem("must not be negative");
            return None;
        }
        Some(number)
    }

    /// `{"x": .., "y": ..}`.
    pub(super) fn point(&'a self) -> Option<(f64, f64)> {
        let x = self.required("x").and_then(|x| x.coordinate());
        let y = self.required("y").and_then(|y| y.coordinate());
        x.zip(y)
    }

    /// The value's elements, each given to `each`; a problem if it is no list.
    pub(super) fn for_each(&self, mut each: impl FnMut(Node<'_>)) {
        let Some(items) = self.value.as_array() else {
            self.problem("must be a list");
            return;
        };
        for (index, value) in items.iter().enumerate() {
            each(Node { value, place: Place::Index(&self.place, index), problems: self.problems });
        }
    }

    /// Whether the value is anything but an empty text.
    pub(super) fn is_filled(&self) -> bool {
        self.value.as_str().is_none_or(|text| !text.trim().is_empty())
    }

    pub(super) fn is_object(&self) -> bool {
        if !self.value.is_object() {
            self.problem("must be an object");
        }
        self.value.is_object()
    }
}
