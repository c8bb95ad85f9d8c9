//! Routes and their descriptions, registered as one: there is no way to have a route here without saying what it does.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodRouter, get, patch, post};
use frontrow_domain::codes::ErrorCode;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{HttpMethod, OperationBuilder, Parameter, ParameterIn, Paths};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::{ResponseBuilder, Responses};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, SecurityRequirement};

use super::operation::{Operation, Schemas, Who};
use super::{access, document, parameters, problems};
use crate::app::App;

/// Where the versioned API is.
pub(crate) const API: &str = "/api/v1";

/// See the module.
#[derive(Default)]
pub(crate) struct Routes {
    router: Router<Arc<App>>,
    prefix: &'static str,
    paths: Paths,
    schemas: Schemas,
}

impl Routes {
    /// Routes that are going to be nested under `prefix`.
    pub(crate) fn under(prefix: &'static str) -> Self {
        Self { prefix, ..Self::default() }
    }

    pub(crate) fn get<H, T>(self, path: &str, handler: H, about: fn() -> Operation) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.on(HttpMethod::Get, path, get(handler), about)
    }

    pub(crate) fn post<H, T>(self, path: &str, handler: H, about: fn() -> Operation) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.on(HttpMethod::Post, path, post(handler), about)
    }

    pub(crate) fn patch<H, T>(self, path: &str, handler: H, about: fn() -> Operation) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.on(HttpMethod::Patch, path, patch(handler), about)
    }

    fn on(mut self, method: HttpMethod, path: &str, route: MethodRouter<Arc<App>>, about: fn() -> Operation) -> Self {
        let mut operation = about();
        let whole = format!("{}{path}", self.prefix);
        self.schemas.append(&mut operation.schemas);
        let described = describe(&method, &whole, self.prefix == API, operation);
        self.paths.add_path_operation(whole, vec![method], described);
        Self { router: self.router.route(path, route), ..self }
    }

    /// The router, and what is to be said of it.
    pub(crate) fn split(self) -> (Router<Arc<App>>, Described) {
        (self.router, Described { paths: self.paths, schemas: self.schemas })
    }
}

/// Descriptions of routes.
pub(crate) struct Described {
    paths: Paths,
    schemas: Schemas,
}

impl Described {
    /// The document about these routes and others.
    pub(crate) fn document(mut self, others: Self) -> OpenApi {
        self.paths.merge(others.paths);
        self.schemas.extend(others.schemas);
        document::document(self.paths, self.schemas)
    }
}

/// What the layers around the API add to a route.
#[derive(Clone, Copy)]
struct Layers {
    /// An `Idempotency-Key` is looked at.
    key: bool,
    /// Answers have an `ETag`.
    tag: bool,
}

/// The operation as the document has it, with what follows from the layers and extractors that all routes share.
fn describe(method: &HttpMethod, path: &str, in_api: bool, mut operation: Operation) -> OperationBuilder {
    let layers = Layers {
        key: in_api && *method == HttpMethod::Post && operation.who.may_be_signed_in(),
        tag: in_api && *method == HttpMethod::Get,
    };
    assert!(operation.whose.is_some() || !path.contains('{'), "{path}: nobody has said whose it is");
    let access = access::access(operation.who, operation.whose);
    let codes = shared_codes(path, in_api, layers, &operation);
    let parameters = all_parameters(path, layers, &mut operation);
    OperationBuilder::new()
        .tag(operation.tag)
        .operation_id(Some(operation.id))
        .summary(Some(operation.summary))
        .description(Some(operation.description()))
        .parameters(Some(parameters).filter(|all| !all.is_empty()))
        .request_body(operation.body.take().map(RequestBodyBuilder::build))
        .securities(Some(securities(operation.who)))
        .extensions(Some(Extensions::from_iter([("x-access", access)])))
        .responses(responses(operation.answers, layers, &codes))
}

fn all_parameters(path: &str, layers: Layers, operation: &mut Operation) -> Vec<Parameter> {
    let mut all = parameters::of_path(path);
    all.append(&mut operation.parameters);
    if layers.key {
        let meaning = "Of your choice. The same key and body get the same answer, with `Idempotency-Replayed: true`, \
            and the effect happens once";
        // Of whoever may be nobody the key may not even be read, so none is too long.
        let most = (operation.who != Who::CookieOrToken).then_some(255);
        all.push(parameters::header("Idempotency-Key", meaning, operation.needs_key, most));
    }
    if layers.tag {
        all.push(parameters::header("If-None-Match", "The `ETag` of an answer that you have", false, None));
    }
    all
}

fn responses(mut answers: Vec<(u16, ResponseBuilder)>, layers: Layers, codes: &[ErrorCode]) -> Responses {
    if layers.tag {
        answers.push((304, ResponseBuilder::new().description("What `If-None-Match` names is still true")));
    }
    let mut all = Responses::new();
    for (status, answer) in answers {
        let has_tag = layers.tag && matches!(status, 200 | 304);
        let answer = if has_tag { answer.header("ETag", entity_tag()) } else { answer };
        all.responses.insert(status.to_string(), answer.build().into());
    }
    for (status, refusal) in problems::responses(codes) {
        all.responses.insert(status.to_string(), refusal);
    }
    all
}

fn entity_tag() -> Header {
    let text = ObjectBuilder::new().schema_type(Type::String).build();
    HeaderBuilder::new().schema(text).description(Some("Of these bytes")).build()
}

/// The operation's own refusals, and those that come from what it takes.
fn shared_codes(path: &str, in_api: bool, layers: Layers, operation: &Operation) -> Vec<ErrorCode> {
    use ErrorCode as Code;
    let mut codes = operation.codes.clone();
    if operation.who.is_checked() {
        codes.extend([Code::Unauthorized, Code::RateLimited]);
    }
    if operation.who.needs_role() {
        codes.extend([Code::Forbidden, Code::Banned]);
    }
    if path.contains('{') {
        codes.extend([Code::NotFound, Code::BadRequest]);
    }
    if operation.parameters.iter().any(|parameter| parameter.parameter_in == ParameterIn::Query) {
        codes.push(Code::BadRequest);
    }
    // What is signed is read by its signature first, whatever it says it is.
    if operation.body.is_some() && operation.who != Who::Provider {
        codes.extend([Code::UnsupportedMediaType, Code::InvalidField]);
    }
    if operation.body.is_some() || layers.key {
        codes.extend([Code::BadRequest, Code::BodyTooLarge, Code::BodyTooSlow]);
    }
    if layers.key {
        codes.extend([Code::IdempotencyInFlight, Code::IdempotencyMismatch]);
    }
    if operation.needs_key {
        codes.push(Code::IdempotencyKeyMissing);
    }
    if in_api {
        codes.extend([Code::Internal, Code::Unavailable, Code::Overloaded]);
    }
    codes
}

/// An empty list means that no token is looked at; an empty one in a list, that none has to be sent.
fn securities(who: Who) -> Vec<SecurityRequirement> {
    let bearer = || SecurityRequirement::new("access_token", [] as [&str; 0]);
    match who {
        Who::Anyone | Who::Provider => Vec::new(),
        Who::Cookie => vec![SecurityRequirement::new("refresh_cookie", [] as [&str; 0])],
        Who::CookieOrToken => {
            vec![SecurityRequirement::new("refresh_cookie", [] as [&str; 0]), bearer(), SecurityRequirement::default()]
        }
        Who::AnyoneOrUser => vec![SecurityRequirement::default(), bearer()],
        Who::User | Who::Scanner | Who::Organizer | Who::Admin => vec![bearer()],
    }
}
