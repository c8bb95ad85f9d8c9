//! Which kind of request it is. A kind is a lane of its own, so that none can use up what another needs.

use axum::http::Method;

use crate::api::API;

/// See `[admission]` in the default settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// What people are in the middle of.
    Checkout,
    /// What waits for the payment provider.
    Payments,
    /// Orders and carts: the way into the checkout.
    Orders,
    /// Taking seats: the way to an order.
    Holds,
    /// Browsing.
    Reads,
    /// Passwords and mails.
    Accounts,
    /// New events, with their plans.
    Uploads,
}

impl Lane {
    pub(super) const ALL: [Self; 7] =
        [Self::Checkout, Self::Payments, Self::Orders, Self::Holds, Self::Reads, Self::Accounts, Self::Uploads];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Checkout => "checkout",
            Self::Payments => "payments",
            Self::Orders => "orders",
            Self::Holds => "holds",
            Self::Reads => "reads",
            Self::Accounts => "accounts",
            Self::Uploads => "uploads",
        }
    }

    /// `route`: as it is registered, `None` for pages. Nobody waits for health and metrics, and sockets have limits of their own.
    pub(super) fn of(method: &Method, route: Option<&str>) -> Option<Self> {
        let route = route.unwrap_or_default();
        if matches!(route, "/healthz" | "/readyz" | "/metrics") || route.starts_with("/ws/") {
            return None;
        }
        let path = route.strip_prefix(API).unwrap_or_default();
        let lane = match (path, method) {
            ("/cart" | "/cart/validate", _) | ("/orders", &Method::POST) => Self::Orders,
            ("/events/{id}/holds" | "/events/{id}/holds/best-available", _) => Self::Holds,
            ("/events", &Method::POST) => Self::Uploads,
            ("/auth/refresh" | "/auth/logout" | "/auth/me" | "/auth/ws-ticket", _) => Self::Checkout,
            _ if path.starts_with("/auth/") => Self::Accounts,
            ("/payments/{id}/confirm" | "/payments/webhook" | "/orders/{id}/cancel" | "/orders/{id}/refund", _) => {
                Self::Payments
            }
            // How an order stands is asked by those who wait for their tickets.
            _ if path.starts_with("/orders/") || path.starts_with("/payments/") => Self::Checkout,
            _ if method.is_safe() => Self::Reads,
            _ => Self::Checkout,
        };
        Some(lane)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_has_the_lane_of_its_kind() {
        let of = |method: Method, path: &str| Lane::of(&method, Some(&format!("{API}{path}")));
        for (method, path, lane) in [
            (Method::POST, "/payments/{id}/confirm", Lane::Payments),
            (Method::POST, "/payments/webhook", Lane::Payments),
            (Method::POST, "/orders/{id}/cancel", Lane::Payments),
            (Method::GET, "/orders/{id}", Lane::Checkout),
            (Method::POST, "/check-ins", Lane::Checkout),
            (Method::POST, "/events/{id}/holds/release", Lane::Checkout),
            (Method::POST, "/auth/refresh", Lane::Checkout),
            (Method::POST, "/admin/events/{id}/block", Lane::Checkout),
            (Method::POST, "/orders", Lane::Orders),
            (Method::GET, "/cart", Lane::Orders),
            (Method::POST, "/events/{id}/holds", Lane::Holds),
            (Method::POST, "/auth/login", Lane::Accounts),
            (Method::POST, "/auth/password-reset", Lane::Accounts),
            (Method::POST, "/events", Lane::Uploads),
            (Method::GET, "/events", Lane::Reads),
            (Method::GET, "/orders", Lane::Reads),
            (Method::GET, "/admin/stats", Lane::Reads),
        ] {
            assert_eq!(of(method, path), Some(lane), "{path}");
        }
        assert_eq!(Lane::of(&Method::GET, None), Some(Lane::Reads), "a page");
        for free in ["/healthz", "/readyz", "/metrics", "/ws/v1/events/{id}"] {
            assert_eq!(Lane::of(&Method::GET, Some(free)), None, "{free}");
        }
    }
}
