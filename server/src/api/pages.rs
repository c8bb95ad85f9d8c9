//! `GET /api/openapi.json` and `GET /api/docs`: the document, and a page of ours that shows it. The page loads nothing from
//! anywhere else and sends no requests of the API.

use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use tower_http::compression::CompressionLayer;
use utoipa::openapi::OpenApi;

const PAGE: &str = include_str!("page/index.html");
const SCRIPT: &str = include_str!("page/docs.js");
const STYLE: &str = include_str!("page/docs.css");

/// The document, written once.
pub(crate) struct Pages(Bytes);

impl Pages {
    /// Panics if the document cannot be written, at start and in every test.
    pub(crate) fn new(document: &OpenApi) -> Self {
        Self(document.to_pretty_json().expect("a document of plain values").into())
    }

    /// The routes that tell of the others, and are not told of themselves.
    pub(crate) fn router<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        let Self(document) = self;
        Router::new()
            .route("/api/openapi.json", get(async move || file("application/json", document)))
            .route("/api/docs", get(async || file("text/html; charset=utf-8", PAGE)))
            .route("/api/docs.js", get(async || file("text/javascript; charset=utf-8", SCRIPT)))
            .route("/api/docs.css", get(async || file("text/css; charset=utf-8", STYLE)))
            .layer(CompressionLayer::new())
    }
}

fn file(media_type: &'static str, content: impl IntoResponse) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-cache")], content)
}
