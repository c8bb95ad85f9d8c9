//! Parameters of requests, with their limits.

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{Ref, RefOr, Required, Schema};

/// What a segment like `{id}` stands for, by the segment before it.
const IDS: [(&str, &str, &str); 5] = [
    ("events", "EventId", "The event"),
    ("orders", "OrderId", "The order"),
    ("payments", "PaymentId", "The payment, as the order names it"),
    ("tickets", "TicketId", "The ticket"),
    ("users", "UserId", "The account"),
];

/// The parameters of a path such as `/orders/{id}/cancel`. Panics for one that nobody described.
pub(super) fn of_path(path: &str) -> Vec<Parameter> {
    let segments: Vec<_> = path.split('/').collect();
    let named = |pair: &[&str]| {
        let name = pair[1].strip_prefix('{')?.strip_suffix('}')?;
        if name == "section" {
            return Some(parameter(name, ParameterIn::Path, Required::True, "Id of the section", text().build()));
        }
        let id = IDS.iter().find(|(before, ..)| *before == pair[0]);
        let (_, schema, meaning) = id.unwrap_or_else(|| panic!("{path}: nobody has described {{{name}}}"));
        Some(parameter(name, ParameterIn::Path, Required::True, meaning, Ref::from_schema_name(*schema)))
    };
    segments.windows(2).filter_map(named).collect()
}

/// A text of so many characters at most.
pub(super) fn search(name: &str, most: usize, meaning: &str) -> Parameter {
    query(name, meaning, text().max_length(Some(most)).build())
}

/// A whole number with a default.
pub(super) fn number(name: &str, limits: std::ops::RangeInclusive<usize>, default: usize, meaning: &str) -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(*limits.start()))
        .maximum(Some(*limits.end()))
        .default(Some(default.into()));
    query(name, meaning, schema.build())
}

/// One of these words.
pub(super) fn one_of(name: &str, words: &[&str], meaning: &str) -> Parameter {
    query(name, meaning, text().enum_values(Some(words.iter().copied())).build())
}

/// A component's value, such as a status.
pub(super) fn of(name: &str, component: &str, meaning: &str) -> Parameter {
    query(name, meaning, Ref::from_schema_name(component))
}

/// A query parameter without which there is no answer.
pub(super) fn required(mut parameter: Parameter) -> Parameter {
    parameter.required = Required::True;
    parameter
}

/// The page after another one.
pub(super) fn cursor() -> Parameter {
    query("cursor", "The `next_cursor` of the page before, with the same filters", text().build())
}

/// `limit` and `cursor` of an ordinary list.
pub(super) fn page() -> [Parameter; 2] {
    [number("limit", 1..=100, 20, "Items of a page"), cursor()]
}

/// A header that the route reads, of so many characters at most where it has a limit of its own.
pub(super) fn header(name: &str, meaning: &str, required: bool, most: Option<usize>) -> Parameter {
    let required = if required { Required::True } else { Required::False };
    parameter(name, ParameterIn::Header, required, meaning, text().max_length(most).build())
}

/// A cookie that the route reads.
pub(super) fn cookie(name: &str, meaning: &str) -> Parameter {
    parameter(name, ParameterIn::Cookie, Required::False, meaning, text().build())
}

/// A moment in RFC 3339.
pub(super) fn time(name: &str, meaning: &str) -> Parameter {
    let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
    query(name, meaning, text().format(Some(format)).build())
}

/// A word of any kind.
pub(super) fn word(name: &str, meaning: &str) -> Parameter {
    query(name, meaning, text().build())
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn query(name: &str, meaning: &str, schema: impl Into<RefOr<Schema>>) -> Parameter {
    parameter(name, ParameterIn::Query, Required::False, meaning, schema)
}

fn parameter(
    name: &str,
    place: ParameterIn,
    required: Required,
    meaning: &str,
    schema: impl Into<RefOr<Schema>>,
) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(meaning))
        .schema(Some(schema))
        .build()
}
