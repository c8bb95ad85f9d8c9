//! Every metric, in one file. What opens also closes; what is accepted may also be refused.

use frontrow_domain::codes::{CloseReason, ErrorCode};
use frontrow_domain::holds::{Command, Outcome};
use frontrow_domain::order::OrderStatus;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

const HTTP_SECONDS: &str = "frontrow_http_request_seconds";
/// From a tenth of a millisecond to five seconds.
const SECONDS: [f64; 14] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Starts collecting. `None` if this process collects already, as in tests with several servers.
pub fn install() -> Option<PrometheusHandle> {
    // Whatever is a duration is called so.
    let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS).ok()?;
    let handle = builder.install_recorder().ok()?;
    describe_counter!("frontrow_connections_opened_total", "TCP connections accepted");
    describe_counter!("frontrow_connections_closed_total", "TCP connections ended");
    describe_counter!(
        "frontrow_connections_refused_total",
        "TCP connections closed at once: too many from one address"
    );
    describe_counter!(
        "frontrow_connections_broken_total",
        "TCP connections that ended otherwise than in order, by reason"
    );
    describe_counter!("frontrow_bodies_refused_total", "Request bodies that were not taken in, by reason");
    describe_counter!("frontrow_admitted_total", "Requests that got their turn, by lane");
    describe_counter!("frontrow_overloaded_total", "Requests that were refused their turn, by lane and reason");
    describe_histogram!("frontrow_turn_wait_seconds", "How long those waited for their turn who had to, by lane");
    describe_counter!(
        "frontrow_sockets_refused_total",
        "Sockets that were not opened: too many of one address, by limit"
    );
    describe_counter!("frontrow_sockets_opened_total", "WebSockets opened");
    describe_counter!("frontrow_sockets_closed_total", "WebSockets closed, by reason");
    describe_counter!("frontrow_rooms_opened_total", "Rooms opened");
    describe_counter!("frontrow_rooms_closed_total", "Rooms closed");
    describe_counter!("frontrow_hold_commands_total", "Hold commands that reached the store, by verb and outcome");
    describe_counter!("frontrow_hold_refusals_local_total", "Holds refused by the room without asking the store");
    describe_counter!(
        "frontrow_hold_lookups_total",
        "Hold commands without an answer whose effect was found by reading"
    );
    describe_gauge!("frontrow_engine_up", "Whether holds, ledger, log and the payment provider answer");
    describe_counter!("frontrow_orders_total", "Changes of orders, by the status after them");
    describe_counter!("frontrow_payment_notices_total", "Notices of the payment provider, by kind, and refused ones");
    describe_counter!("frontrow_check_ins_total", "Ticket codes that were scanned, by result");
    describe_counter!(
        "frontrow_drift_total",
        "Seats that differed between ledger, hold store and room, twice in a row"
    );
    describe_histogram!("frontrow_reconcile_seconds", "Duration of one comparison of all open rooms");
    describe_counter!("frontrow_holds_expired_total", "Holds that this server freed at their deadline");
    describe_counter!("frontrow_hints_total", "Hints from the hold store");
    describe_counter!("frontrow_news_total", "Messages of the inventory log, by kind");
    describe_counter!("frontrow_deltas_total", "Deltas encoded");
    describe_counter!("frontrow_delta_changes_total", "Seat changes in deltas");
    describe_counter!("frontrow_deliveries_total", "Deltas handed to sockets");
    describe_counter!("frontrow_sent_messages_total", "Messages written to sockets");
    describe_counter!("frontrow_sent_bytes_total", "Bytes of messages written to sockets");
    describe_counter!(
        "frontrow_slow_consumers_total",
        "Times a socket was so slow that it got a snapshot in place of what it missed"
    );
    describe_gauge!("process_resident_memory_bytes", "Memory of this process, as the system counts it");
    describe_counter!(
        "frontrow_fanout_seconds_bucket",
        "Deliveries of deltas that took up to `le` seconds from the room to the socket's buffer, cumulative"
    );
    describe_counter!("frontrow_fanout_seconds_count", "Deliveries of deltas");
    describe_counter!("frontrow_fanout_microseconds_sum", "Microseconds that all deliveries took together");
    describe_counter!("frontrow_admin_sockets_opened_total", "Organizers that were let in to an admin socket");
    describe_counter!("frontrow_admin_sockets_closed_total", "Organizers whose admin socket ended");
    describe_histogram!("frontrow_dashboard_seconds", "Duration of putting one event's statistics together");
    describe_counter!("frontrow_activity_rows_total", "Rows of admin sockets, by whether they were sent or dropped");
    describe_counter!("frontrow_resyncs_total", "Snapshots sent because a socket was behind or asked");
    describe_counter!("frontrow_replies_total", "Replies to socket commands, by code");
    describe_histogram!(HTTP_SECONDS, "Duration of HTTP requests, by route and status");
    Some(handle)
}

/// What is looked up whenever somebody asks for the metrics.
pub(crate) fn look_at_process() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(kib) = resident_kib(&status) {
        gauge!("process_resident_memory_bytes").set(kib * 1024.0);
    }
}

fn resident_kib(status: &str) -> Option<f64> {
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
}

pub(crate) fn connection_opened() {
    counter!("frontrow_connections_opened_total").increment(1);
}

pub(crate) fn connection_closed() {
    counter!("frontrow_connections_closed_total").increment(1);
}

pub(crate) fn connection_refused() {
    counter!("frontrow_connections_refused_total").increment(1);
}

/// `reason`: `silent`, `stalled`, `malformed` or `gone`.
pub(crate) fn connection_broke(reason: &'static str) {
    counter!("frontrow_connections_broken_total", "reason" => reason).increment(1);
}

/// `reason`: `too_large`, `too_slow` or `broken`.
pub(crate) fn body_refused(reason: &'static str) {
    counter!("frontrow_bodies_refused_total", "reason" => reason).increment(1);
}

pub(crate) fn admitted(lane: &'static str) {
    counter!("frontrow_admitted_total", "lane" => lane).increment(1);
}

/// `reason`: `late` and `full` of the lane itself, or the name of another one that has to be served first.
pub(crate) fn overloaded(lane: &'static str, reason: &'static str) {
    counter!("frontrow_overloaded_total", "lane" => lane, "reason" => reason).increment(1);
}

pub(crate) fn waited_for_turn(lane: &'static str, seconds: f64) {
    histogram!("frontrow_turn_wait_seconds", "lane" => lane).record(seconds);
}

/// `limit`: `address` or `openings`.
pub(crate) fn socket_refused(limit: &'static str) {
    counter!("frontrow_sockets_refused_total", "limit" => limit).increment(1);
}

pub(crate) fn socket_opened() {
    counter!("frontrow_sockets_opened_total").increment(1);
}

/// `None`: the client left.
pub(crate) fn socket_closed(reason: Option<CloseReason>) {
    let reason = reason.map_or("client", |reason| reason.row().0);
    counter!("frontrow_sockets_closed_total", "reason" => reason).increment(1);
}

pub(crate) fn room_opened() {
    counter!("frontrow_rooms_opened_total").increment(1);
}

pub(crate) fn room_closed() {
    counter!("frontrow_rooms_closed_total").increment(1);
}

pub(crate) fn hold_command(command: &Command, outcome: &Outcome) {
    let outcome = if matches!(outcome, Outcome::Refused(_)) { "refused" } else { "accepted" };
    counter!("frontrow_hold_commands_total", "verb" => command.verb(), "outcome" => outcome).increment(1);
}

pub(crate) fn order_changed(status: OrderStatus) {
    counter!("frontrow_orders_total", "status" => status.as_str()).increment(1);
}

/// `kind`: what the provider said, or `refused` for a notice that was not believed.
pub(crate) fn notice_received(kind: &str) {
    counter!("frontrow_payment_notices_total", "kind" => kind.to_owned()).increment(1);
}

pub(crate) fn ticket_scanned(result: &'static str) {
    counter!("frontrow_check_ins_total", "result" => result).increment(1);
}

pub(crate) fn hold_refused_locally() {
    counter!("frontrow_hold_refusals_local_total").increment(1);
}

pub(crate) fn hold_looked_up() {
    counter!("frontrow_hold_lookups_total").increment(1);
}

/// `1`: the engine answers; `0`: it does not.
pub(crate) fn engine_answers(engine: &'static str, answers: bool) {
    gauge!("frontrow_engine_up", "engine" => engine).set(if answers { 1.0 } else { 0.0 });
}

/// Seats that differed twice in a row: `store` from the ledger, `room` from the store.
pub(crate) fn drift_found(place: &'static str, seats: usize) {
    counter!("frontrow_drift_total", "place" => place).increment(seats as u64);
}

pub(crate) fn reconciled(seconds: f64) {
    histogram!("frontrow_reconcile_seconds").record(seconds);
}

pub(crate) fn holds_expired(seats: usize) {
    counter!("frontrow_holds_expired_total").increment(seats as u64);
}

pub(crate) fn hint_received() {
    counter!("frontrow_hints_total").increment(1);
}

pub(crate) fn news_received(kind: &'static str) {
    counter!("frontrow_news_total", "kind" => kind).increment(1);
}

pub(crate) fn delta_published(changes: usize, sockets: usize) {
    counter!("frontrow_deltas_total").increment(1);
    counter!("frontrow_delta_changes_total").increment(changes as u64);
    counter!("frontrow_deliveries_total").increment(sockets as u64);
}

/// Of a room, since it told the last time.
pub(crate) fn sent(messages: u64, bytes: u64) {
    counter!("frontrow_sent_messages_total").increment(messages);
    counter!("frontrow_sent_bytes_total").increment(bytes);
}

pub(crate) fn lagged(times: u64) {
    counter!("frontrow_slow_consumers_total").increment(times);
}

/// How many deliveries took up to how many microseconds, slice by slice, and all of them together.
pub(crate) fn delivered(slices: impl Iterator<Item = (u64, u64)>, all_us: u64) {
    let mut counts = [0; SECONDS.len()];
    let mut total = 0;
    for (up_to_us, count) in slices {
        total += count;
        #[expect(clippy::cast_precision_loss, reason = "microseconds of some seconds")]
        let up_to_s = up_to_us as f64 / 1e6;
        SECONDS.iter().zip(&mut counts).filter(|&(le, _)| up_to_s <= *le).for_each(|(_, sum)| *sum += count);
    }
    for (le, count) in SECONDS.iter().zip(counts) {
        counter!("frontrow_fanout_seconds_bucket", "le" => le.to_string()).increment(count);
    }
    counter!("frontrow_fanout_seconds_bucket", "le" => "+Inf").increment(total);
    counter!("frontrow_fanout_seconds_count").increment(total);
    counter!("frontrow_fanout_microseconds_sum").increment(all_us);
}

pub(crate) fn admin_socket_opened() {
    counter!("frontrow_admin_sockets_opened_total").increment(1);
}

pub(crate) fn admin_socket_closed() {
    counter!("frontrow_admin_sockets_closed_total").increment(1);
}

pub(crate) fn dashboard_composed(seconds: f64) {
    histogram!("frontrow_dashboard_seconds").record(seconds);
}

/// `fate`: `sent` or `dropped`.
pub(crate) fn activity_rows(fate: &'static str, rows: u64) {
    counter!("frontrow_activity_rows_total", "fate" => fate).increment(rows);
}

pub(crate) fn resynced() {
    counter!("frontrow_resyncs_total").increment(1);
}

/// `None`: the command worked.
pub(crate) fn replied(code: Option<ErrorCode>) {
    counter!("frontrow_replies_total", "code" => code.map_or("ok", ErrorCode::as_str)).increment(1);
}

pub(crate) fn request_answered(route: &str, status: u16, seconds: f64) {
    histogram!(HTTP_SECONDS, "route" => route.to_owned(), "status" => status.to_string()).record(seconds);
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_memory_of_a_process_is_read_from_its_status() {
        assert_eq!(super::resident_kib("VmHWM:\t  5120 kB\nVmRSS:\t  4096 kB\n"), Some(4096.0));
        assert_eq!(super::resident_kib("Name:\tserver\n"), None);
    }
}
