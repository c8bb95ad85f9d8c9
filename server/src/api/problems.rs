//! Refusals in the document: the shape of a problem, the table of codes, and which of them an operation answers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use frontrow_domain::clock::UnixMs;
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::money::Money;
use frontrow_domain::order::OrderStatus;
use frontrow_domain::plan::PlanProblem;
use utoipa::ToSchema as _;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{AllOfBuilder, Array, ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Schema};

use super::operation::{Schemas, also};

const MEDIA_TYPE: &str = "application/problem+json";

/// The refusals of an operation by their statuses. One that has a single code is a component, shared by all.
pub(super) fn responses(codes: &[ErrorCode]) -> Vec<(u16, RefOr<Response>)> {
    let mut by_status: BTreeMap<u16, Vec<ErrorCode>> = BTreeMap::new();
    for &code in codes {
        let known = by_status.entry(code.status()).or_default();
        if !known.contains(&code) {
            known.push(code);
        }
    }
    let response = |(status, codes): (u16, Vec<ErrorCode>)| match codes[..] {
        [only] => (status, Ref::from_response_name(only.as_str()).into()),
        _ => (status, response(status, &codes).into()),
    };
    by_status.into_iter().map(response).collect()
}

/// The components of refusals with a single code.
pub(super) fn shared_responses() -> impl Iterator<Item = (&'static str, Response)> {
    ErrorCode::ALL.into_iter().map(|code| (code.as_str(), response(code.status(), &[code])))
}

fn response(status: u16, codes: &[ErrorCode]) -> Response {
    let lines: Vec<_> = codes.iter().map(|code| format!("`{}`: {}", code.as_str(), code.title())).collect();
    let names = codes.iter().map(|code| code.as_str());
    let code = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names));
    let schema = AllOfBuilder::new()
        .item(Ref::from_schema_name("Problem"))
        .item(ObjectBuilder::new().schema_type(Type::Object).property("code", code));
    let content = ContentBuilder::new().schema(Some(Schema::AllOf(schema.build()))).build();
    let response = ResponseBuilder::new().description(lines.join(". ")).content(MEDIA_TYPE, content);
    let header = |meaning: &str, kind: Type| {
        HeaderBuilder::new().schema(ObjectBuilder::new().schema_type(kind).build()).description(Some(meaning)).build()
    };
    match status {
        401 => response.header("WWW-Authenticate", header("`Bearer`", Type::String)),
        429 | 503 => response.header("Retry-After", header("Seconds", Type::Integer)),
        _ => response,
    }
    .build()
}

/// `Problem` and `ErrorCode`, with what they use.
pub(super) fn schemas(schemas: &mut Schemas) {
    also::<PlanProblem>(schemas);
    also::<Money>(schemas);
    also::<OrderStatus>(schemas);
    also::<UnixMs>(schemas);
    schemas.push(("ErrorCode".into(), error_code().into()));
    schemas.push(("Problem".into(), problem().into()));
}

fn error_code() -> Schema {
    let mut table = String::from("Why something was refused, over HTTP and over sockets alike.\n");
    for code in ErrorCode::ALL {
        // Writing to a string cannot fail.
        let _ = write!(table, "\n- `{}` ({}): {}", code.as_str(), code.status(), code.title());
    }
    let names = ErrorCode::ALL.iter().map(|code| code.as_str());
    Schema::Object(
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).description(Some(table)).build(),
    )
}

/// The members that every problem has, then those that belong to codes.
fn problem() -> Schema {
    let of = |kind: Type, meaning: &str| ObjectBuilder::new().schema_type(kind).description(Some(meaning)).build();
    let text = |meaning: &str| of(Type::String, meaning);
    let seats = Array::new(text("A seat's name"));
    Schema::Object(
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("A refusal (RFC 9457). Switch on `code`; `detail` is a sentence for this occasion."))
            .property("type", text("`/problems/CODE`"))
            .property("title", text("A sentence that never changes with the occasion"))
            .property("status", of(Type::Integer, "The HTTP status"))
            .property("detail", text("A sentence for this occasion"))
            .property("code", Ref::from_schema_name("ErrorCode"))
            .required("type")
            .required("title")
            .required("status")
            .required("detail")
            .required("code")
            .property("seats", seats)
            .property("seat", text("`already_used`: which seat"))
            .property("used_at", Ref::from_schema_name(UnixMs::name()))
            .property("retry_after_ms", of(Type::Integer, "`hold_budget`: how long the pause still takes"))
            .property("limit", of(Type::Integer, "`seat_limit`: how many seats one buyer may have"))
            .property("errors", Array::new(Ref::from_schema_name(PlanProblem::name())))
            .property("field", text("`invalid_field`: the field to blame, where it is one"))
            .property("parameter", text("`bad_request`: the query parameter to blame, where it is one"))
            .property("total", Ref::from_schema_name(Money::name()))
            .property("reason", text("`payment_declined`, `bad_code`: why"))
            .property("attempts_left", of(Type::Integer, "`payment_declined`: cards that may still be tried"))
            .property("order_status", Ref::from_schema_name(OrderStatus::name()))
            .build(),
    )
}
