//! What is said of one operation: who may, what it takes, what it answers, how it refuses.
//!
//! What follows from these (a token that may be bad, a body that may be too large) is added when the operation is
//! registered, so that a description lists only what is its own. It must never say less than the route does.

use frontrow_domain::codes::ErrorCode;
use utoipa::ToSchema;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{Array, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr, Required, Schema};

use super::access::Whose;

/// Components by their names.
pub(super) type Schemas = Vec<(String, RefOr<Schema>)>;

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// No token is looked at.
    Anyone,
    /// Whoever has the refresh cookie.
    Cookie,
    /// The same, or whoever has an access token; neither is an answer as well.
    CookieOrToken,
    /// The payment provider, by its signature.
    Provider,
    /// Anyone; a token that is sent must be valid, and may show more.
    AnyoneOrUser,
    User,
    Scanner,
    Organizer,
    Admin,
}

impl Who {
    const fn sentence(self) -> &'static str {
        match self {
            Self::Anyone => "For everybody.",
            Self::Cookie => "For whoever has the refresh cookie.",
            Self::CookieOrToken => "For whoever has the refresh cookie or an access token.",
            Self::Provider => "For the payment provider.",
            Self::AnyoneOrUser => "For everybody; what is not public for its organizer and administrators.",
            Self::User => "For everybody who is signed in; what is somebody else's does not exist.",
            Self::Scanner => "For scanners, organizers and administrators, at the doors of their events.",
            Self::Organizer => "For organizers, about their own events, and for administrators.",
            Self::Admin => "For administrators.",
        }
    }

    /// Whether a token that is sent must be valid, and its account within its limit.
    pub(super) const fn is_checked(self) -> bool {
        !matches!(self, Self::Anyone | Self::Cookie | Self::CookieOrToken | Self::Provider)
    }

    /// Whether a POST may come from somebody who is signed in, and so have an `Idempotency-Key`.
    pub(super) const fn may_be_signed_in(self) -> bool {
        !matches!(self, Self::Anyone | Self::Cookie | Self::Provider)
    }

    /// Whether there are people who are signed in and still may not.
    pub(super) const fn needs_role(self) -> bool {
        matches!(self, Self::Scanner | Self::Organizer | Self::Admin)
    }
}

/// See the module.
pub(crate) struct Operation {
    pub(super) tag: &'static str,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    says: &'static str,
    pub(super) who: Who,
    /// Of what the operation is about; there must be one where a path names a thing.
    pub(super) whose: Option<Whose>,
    pub(super) needs_key: bool,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<RequestBodyBuilder>,
    pub(super) answers: Vec<(u16, ResponseBuilder)>,
    pub(super) codes: Vec<ErrorCode>,
    pub(super) schemas: Schemas,
}

impl Operation {
    pub(super) fn new(tag: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self {
            tag,
            id,
            summary,
            says: "",
            who: Who::Anyone,
            whose: None,
            needs_key: false,
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            codes: Vec::new(),
            schemas: Vec::new(),
        }
    }

    /// What the summary does not say.
    pub(super) fn says(mut self, says: &'static str) -> Self {
        self.says = says;
        self
    }

    pub(super) fn may(mut self, who: Who) -> Self {
        self.who = who;
        self
    }

    /// Whose the thing is that a request names, in its path or otherwise.
    pub(super) fn about(mut self, whose: Whose) -> Self {
        self.whose = Some(whose);
        self
    }

    /// Who may, and what else is to be known.
    pub(super) fn description(&self) -> String {
        format!("{} {}", self.who.sentence(), self.says).trim_end().to_owned()
    }

    /// The request needs an `Idempotency-Key`; every other POST of somebody who is signed in may have one.
    pub(super) fn needs_key(mut self) -> Self {
        self.needs_key = true;
        self
    }

    pub(super) fn with(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// A JSON body.
    pub(super) fn takes<T: ToSchema>(self) -> Self {
        self.body_of::<T>(Required::True)
    }

    /// A JSON body that may be left out.
    pub(super) fn may_take<T: ToSchema>(self) -> Self {
        self.body_of::<T>(Required::False)
    }

    fn body_of<T: ToSchema>(mut self, required: Required) -> Self {
        let content = ContentBuilder::new().schema(Some(self.component::<T>())).build();
        self.body = Some(RequestBodyBuilder::new().content("application/json", content).required(Some(required)));
        self
    }

    /// A JSON body whose shape is somebody else's.
    pub(super) fn takes_foreign(mut self, meaning: &str) -> Self {
        let content = ContentBuilder::new().schema(Some(Schema::from(ObjectBuilder::new()))).build();
        let body = RequestBodyBuilder::new().content("application/json", content).description(Some(meaning));
        self.body = Some(body.required(Some(Required::True)));
        self
    }

    /// An answer with a JSON body.
    pub(super) fn answers<T: ToSchema>(mut self, status: u16, meaning: &str) -> Self {
        let schema = self.component::<T>();
        self.answer(status, meaning, "application/json", schema)
    }

    /// A page of a list.
    pub(super) fn lists<T: ToSchema>(mut self, meaning: &str) -> Self {
        let cursor = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("`cursor` of the next page; null at the end"));
        let list = ObjectBuilder::new()
            .property("items", Array::new(self.component::<T>()))
            .property("next_cursor", cursor)
            .required("items")
            .required("next_cursor");
        self.answer(200, meaning, "application/json", Schema::Object(list.build()).into())
    }

    /// An answer that is a text of another kind.
    pub(super) fn answers_text(self, status: u16, meaning: &str, media_type: &str) -> Self {
        let text = Schema::Object(ObjectBuilder::new().schema_type(Type::String).build());
        self.answer(status, meaning, media_type, text.into())
    }

    /// An answer without a body.
    pub(super) fn answers_nothing(mut self, status: u16, meaning: &str) -> Self {
        self.answers.push((status, ResponseBuilder::new().description(meaning)));
        self
    }

    fn answer(mut self, status: u16, meaning: &str, media_type: &str, schema: RefOr<Schema>) -> Self {
        let content = ContentBuilder::new().schema(Some(schema)).build();
        self.answers.push((status, ResponseBuilder::new().description(meaning).content(media_type, content)));
        self
    }

    /// A header of the answer that was named last.
    pub(super) fn header(mut self, name: &str, meaning: &str) -> Self {
        let text = Schema::Object(ObjectBuilder::new().schema_type(Type::String).build());
        let header = HeaderBuilder::new().schema(text).description(Some(meaning)).build();
        if let Some((status, answer)) = self.answers.pop() {
            self.answers.push((status, answer.header(name, header)));
        }
        self
    }

    /// Refusals that belong to this operation.
    pub(super) fn refuses(mut self, codes: &[ErrorCode]) -> Self {
        self.codes.extend(codes);
        self
    }

    /// A reference to the type's component, which comes along with those that it uses itself.
    pub(super) fn component<T: ToSchema>(&mut self) -> RefOr<Schema> {
        self.schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(&mut self.schemas);
        Ref::from_schema_name(T::name()).into()
    }
}

/// A component that only other components use.
pub(super) fn also<T: ToSchema>(schemas: &mut Schemas) {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
}
