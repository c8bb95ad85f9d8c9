//! Request bodies: taken in at the door, as bytes, so that a route can decide who may ask before it looks at what is asked.
//! Must never wait for a body longer, or keep more of it, than the door says.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use frontrow_domain::codes::ErrorCode;
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use tokio::time::{Instant, timeout_at};

use super::problem::{Answer, Problem};
use crate::metrics;

/// A slower line than anybody uploads a stadium with.
const SLOWEST_BYTES_PER_S: u64 = 256 * 1024;
/// Read of a body beyond what is taken.
const FORGOTTEN_BYTES: usize = 1024 * 1024;
/// Kept for a body before any of it is there: an announcement costs nothing.
const FIRST_BYTES: usize = 8 * 1024;

/// A JSON body that was not looked at yet.
#[derive(Debug, Clone)]
pub(crate) struct JsonBody {
    bytes: Bytes,
    is_json: bool,
}

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
        let is_json = media_type.eq_ignore_ascii_case("application/json");
        let RawBody(bytes) = RawBody::from_request(request, state).await?;
        Ok(Self { bytes, is_json })
    }
}

/// A body exactly as it came, for what is signed.
pub(crate) struct RawBody(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = Problem;

    async fn from_request(mut request: Request, _: &S) -> Result<Self, Problem> {
        let arrived = request.extensions_mut().remove::<Arrived>();
        let Some(Arrived(body)) = arrived else { return Err(Problem::internal(&"a body was not taken in")) };
        body.map(Self)
    }
}

/// A request's body, or what is wrong with it: the door puts it into the extensions of everything that may have one.
#[derive(Debug, Clone)]
pub(crate) struct Arrived(pub(crate) Answer<Bytes>);

/// Takes a body in. It has to begin in `time`, and to go on faster than anybody uploads a stadium. Of one that is larger than
/// `most` a little more is read and forgotten, so that its client has sent everything when the refusal comes; one that is
/// announced to be much larger is not begun.
pub(crate) async fn take_in(headers: &HeaderMap, body: Body, most: usize, time: Duration) -> Answer<Bytes> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|announced: usize| announced > most + FORGOTTEN_BYTES) {
        return Err(too_large());
    }
    let (mut stream, began) = (body.into_data_stream(), Instant::now());
    let mut bytes = Vec::with_capacity(announced.unwrap_or(0).min(FIRST_BYTES));
    let mut read = 0;
    loop {
        let on_the_way = Duration::from_secs(read as u64 / SLOWEST_BYTES_PER_S);
        let Ok(next) = timeout_at(began + time + on_the_way, stream.next()).await else {
            metrics::body_refused("too_slow");
            return Err(Problem::new(ErrorCode::BodyTooSlow, "the body did not arrive in time"));
        };
        let Some(part) = next else {
            return if read > most { Err(too_large()) } else { Ok(bytes.into()) };
        };
        let Ok(part) = part else {
            metrics::body_refused("broken");
            return Err(Problem::new(ErrorCode::BadRequest, "the body ended early"));
        };
        read += part.len();
        if read > most + FORGOTTEN_BYTES {
            return Err(too_large());
        }
        if read <= most {
            bytes.extend_from_slice(&part);
        }
    }
}

fn too_large() -> Problem {
    metrics::body_refused("too_large");
    Problem::new(ErrorCode::BodyTooLarge, "the body is larger than this route takes")
}

impl JsonBody {
    /// Whether there is no body at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Reads the body. Not JSON is 400; JSON of another shape is 422.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Answer<T> {
        if !self.is_json {
            return Err(Problem::new(ErrorCode::UnsupportedMediaType, "send Content-Type: application/json"));
        }
        let is_object = self.bytes.trim_ascii_start().first() == Some(&b'{');
        if !is_object && serde_json::from_slice::<serde::de::IgnoredAny>(&self.bytes).is_ok() {
            return Err(Problem::new(ErrorCode::InvalidField, "the body must be a JSON object"));
        }
        serde_json::from_slice(&self.bytes).map_err(|error| match error.classify() {
            Category::Data => Problem::new(ErrorCode::InvalidField, error.to_string()),
            Category::Syntax | Category::Eof | Category::Io => {
                Problem::new(ErrorCode::BadRequest, format!("the body is not JSON: {error}"))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use tokio::time::sleep;

    use super::*;

    const TIME: Duration = Duration::from_secs(8);

    /// So many parts of so many bytes, with a pause before each.
    fn slowly(parts: usize, bytes: usize, pause_ms: u64) -> Body {
        Body::from_stream(stream::iter(0..parts).then(move |_| async move {
            sleep(Duration::from_millis(pause_ms)).await;
            Ok::<_, std::io::Error>(vec![b'x'; bytes])
        }))
    }

    async fn judged(headers: &HeaderMap, body: Body) -> (Result<usize, ErrorCode>, u64) {
        let since = Instant::now();
        let taken = take_in(headers, body, 64 * 1024, TIME).await;
        (taken.map(|bytes| bytes.len()).map_err(|problem| problem.code), since.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_given_up_whatever_it_announces() {
        let announced = HeaderMap::from_iter([(header::CONTENT_LENGTH, 60_000.into())]);
        assert_eq!(judged(&announced, slowly(60_000, 1, 10)).await, (Err(ErrorCode::BodyTooSlow), 8));
        assert_eq!(judged(&HeaderMap::new(), slowly(1, 1, 60_000)).await, (Err(ErrorCode::BodyTooSlow), 8));
        assert_eq!(judged(&HeaderMap::new(), slowly(60, 1024, 100)).await, (Ok(60 * 1024), 6));
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_upload_has_time_as_long_as_it_goes_on() {
        let since = Instant::now();
        let taken = take_in(&HeaderMap::new(), slowly(80, 256 * 1024, 900), 40 << 20, TIME).await;
        assert_eq!((taken.unwrap().len(), since.elapsed().as_secs()), (20 << 20, 72));
    }

    #[tokio::test(start_paused = true)]
    async fn too_much_is_refused_by_its_size_and_not_kept() {
        let announced = HeaderMap::from_iter([(header::CONTENT_LENGTH, 9_000_000.into())]);
        assert_eq!(judged(&announced, slowly(1, 1, 60_000)).await, (Err(ErrorCode::BodyTooLarge), 0));
        assert_eq!(judged(&HeaderMap::new(), slowly(100, 1024, 10)).await, (Err(ErrorCode::BodyTooLarge), 1));
        assert_eq!(judged(&HeaderMap::new(), slowly(9_000, 1024, 0)).await.0, Err(ErrorCode::BodyTooLarge));
    }
}
