//! What people and programs do with a server, on either engine.

mod accounts;
mod admin_socket;
mod after_the_sale;
mod bad_input;
mod bans;
mod browsers;
mod by_mail;
mod checkout;
mod choosing;
mod events;
mod forged_tokens;
mod guessing;
mod hold_budget;
mod holds;
mod idempotency;
mod logins;
mod notices;
mod operators;
mod organizers;
mod payloads;
mod refresh_races;
mod rooms;
mod sockets;

/// Runs every journey of a file on both engines, each as a test of its own. `on_cluster` is counted as a test against
/// the real servers.
#[macro_export]
macro_rules! journeys {
    ([$($journey:ident),+ $(,)?]) => {
        mod on_cluster {
            $(
                #[tokio::test]
                async fn $journey() {
                    super::$journey($crate::support::Engine::Cluster).await;
                }
            )+
        }

        mod embedded {
            $(
                #[tokio::test]
                async fn $journey() {
                    super::$journey($crate::support::Engine::Embedded).await;
                }
            )+
        }
    };
}
