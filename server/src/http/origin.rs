//! Where a browser's request comes from: whose page sent it. One rule for sockets, for the API, and for the refresh cookie.
//!
//! Only browsers say it, and pages cannot change what they say. Whoever sends no `Origin` is a program, which holds nobody's
//! cookie by accident. It must never be taken for authentication.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use frontrow_domain::codes::ErrorCode;
use frontrow_engines::mutant::{self, Mutant};
use frontrow_settings::Server;

use super::problem::Problem;
use crate::app::App;

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Whose page a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// No page's: a program, or a plain navigation.
    Unsaid,
    /// One of our own.
    Own,
    /// One that `server.allowed_origins` names.
    Listed,
    /// Any other while `server.allowed_origins` has `"*"`, in development.
    Anybody,
    /// Anybody else's.
    Foreign,
}

impl Origin {
    pub(crate) fn of(headers: &HeaderMap, server: &Server) -> Self {
        let Some(origin) = headers.get(header::ORIGIN) else { return Self::Unsaid };
        let Ok(origin) = origin.to_str() else { return Self::Foreign };
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        if is_own(origin, host, &server.public_url) {
            return Self::Own;
        }
        if server.allowed_origins.iter().any(|listed| listed == origin) {
            return Self::Listed;
        }
        if server.allowed_origins.iter().any(|listed| listed == "*") { Self::Anybody } else { Self::Foreign }
    }
}

/// The address people use, or the one that the request itself was sent to. Where people use TLS, a page without it is not ours:
/// anybody on the line may have written it.
fn is_own(origin: &str, host: Option<&str>, public_url: &str) -> bool {
    if !public_url.is_empty() && origin_of(public_url) == origin {
        return true;
    }
    let authority = match origin.strip_prefix("https://") {
        Some(authority) => Some(authority),
        None if public_url.starts_with("https://") => None,
        None => origin.strip_prefix("http://"),
    };
    let ends_alike = |authority: &str| host.is_some_and(|host| authority.ends_with(host));
    authority.is_some_and(|authority| {
        !authority.is_empty()
            && (Some(authority) == host || mutant::is(Mutant::OriginBySuffix) && ends_alike(authority))
    })
}

/// `scheme://host[:port]` of a URL.
pub(crate) fn origin_of(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + 3);
    url[authority..].find('/').map_or(url, |end| &url[..authority + end])
}

/// A request that a page of ours sent, or one that we allow by name, or no page at all: for routes that act on the refresh
/// cookie, which a browser sends along by itself. `"*"` is not enough here.
pub(crate) struct OurPage;

impl FromRequestParts<Arc<App>> for OurPage {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let site = parts.headers.get(SEC_FETCH_SITE).map(|site| site.to_str().unwrap_or_default());
        match (Origin::of(&parts.headers, &app.settings.server), site) {
            (Origin::Listed, _)
            | (Origin::Own, None | Some("same-origin"))
            | (Origin::Unsaid, None | Some("same-origin" | "none")) => Ok(Self),
            (Origin::Own | Origin::Unsaid | Origin::Anybody | Origin::Foreign, _) => {
                Err(Problem::new(ErrorCode::Forbidden, "pages of this origin may not use the refresh cookie"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use frontrow_settings::Settings;

    use super::*;

    fn seen(origin: &str, public_url: &str, allowed: &[&str]) -> Origin {
        let mut server = Settings::defaults().server;
        server.public_url = public_url.into();
        server.allowed_origins = allowed.iter().map(|&origin| origin.to_owned()).collect();
        let headers = [
            (header::HOST, HeaderValue::from_static("tickets.example.org:8080")),
            (header::ORIGIN, HeaderValue::from_str(origin).unwrap()),
        ];
        Origin::of(&HeaderMap::from_iter(headers), &server)
    }

    #[test]
    fn an_origin_is_ours_allowed_or_foreign() {
        let allowed = ["https://shop.example.org"];
        for ours in ["http://tickets.example.org:8080", "https://tickets.example.org:8080"] {
            assert_eq!(seen(ours, "", &allowed), Origin::Own, "{ours}");
        }
        assert_eq!(seen("https://shop.example.org", "", &allowed), Origin::Listed);
        for foreign in [
            "null",
            "https://evil.example.org",
            "https://shop.example.org.evil.org",
            "https://evilshop.example.org",
            "https://shop.example.org:444",
            "https://shop.example.org/",
            "http://shop.example.org",
            "https://SHOP.example.org",
            "https://tickets.example.org",
            "https://tickets.example.org:80800",
            "tickets.example.org:8080",
            "ws://tickets.example.org:8080",
            "https://",
            "",
        ] {
            assert_eq!(seen(foreign, "", &allowed), Origin::Foreign, "{foreign}");
        }
        assert_eq!(seen("https://evil.example.org", "", &["*"]), Origin::Anybody, "in development");
        assert_eq!(Origin::of(&HeaderMap::new(), &Settings::defaults().server), Origin::Unsaid, "not a browser");
    }

    #[test]
    fn the_public_address_is_ours_whatever_a_proxy_makes_of_the_host() {
        let public = "https://frontrow.example.org/";
        assert_eq!(seen("https://frontrow.example.org", public, &[]), Origin::Own);
        assert_eq!(seen("http://frontrow.example.org", public, &[]), Origin::Foreign);
        assert_eq!(seen("http://tickets.example.org:8080", public, &[]), Origin::Foreign, "people use TLS");
        assert_eq!(origin_of("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
        assert_eq!(origin_of("https://a.example.org/path/more"), "https://a.example.org");
    }
}
