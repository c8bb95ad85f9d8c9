//! Places where a test may let the process die, as if it had been killed there. Builds for production have none.

/// Ends the process at once if `FRONTROW_FAILPOINT` names this place.
#[cfg(debug_assertions)]
pub(crate) fn reached(place: &str) {
    if std::env::var("FRONTROW_FAILPOINT").is_ok_and(|wanted| wanted == place) {
        std::process::abort();
    }
}

/// Nothing.
#[cfg(not(debug_assertions))]
pub(crate) const fn reached(_place: &str) {}
