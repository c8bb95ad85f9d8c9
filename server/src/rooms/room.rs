//! One room: the live map behind a lock that is never held across an await, and what sockets do with it.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use frontrow_domain::event::EventStatus;
use frontrow_domain::ids::{EventId, Ordinal, UserId};
use frontrow_domain::protocol::{Delta, ServerFrame, Subprotocol, beacon_bytes, delta_bytes, snapshot_bytes};
use frontrow_domain::seat::{SeatCounts, SeatMap, SeatRecord, SeatState};
use frontrow_engines::holds::{SeatsRead, Version};
use frontrow_engines::mutant::{self, Mutant};
use frontrow_settings::Rooms as Settings;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::Rooms;
use super::map::{Cart, LiveMap};
use super::report::Chronicle;
use super::wanted::Wanted;
use crate::alarm::Alarm;
use crate::catalogue::CompiledPlan;
use crate::fanout::{Fanout, Frame, Membership, Number, Peer, Publication, Pulse};
use crate::http::problem::Answer;
use crate::{chance, metrics};

/// Missed frames that are cheaper than any snapshot, small as the hall may be.
const FEW_BYTES: usize = 512;

/// An open room.
pub(crate) struct Room {
    pub(crate) event: EventId,
    pub(crate) plan: Arc<CompiledPlan>,
    /// Names this instance: a client that comes with another one gets a snapshot.
    pub(crate) epoch: String,
    pub(super) fanout: Arc<Fanout>,
    pub(super) woken: Notify,
    /// What its connections count.
    pub(crate) pulse: Arc<Pulse>,
    state: Mutex<State>,
    deltas_kept: usize,
}

/// What the lock protects.
pub(super) struct State {
    pub(super) live: LiveMap,
    seq: u64,
    /// The number of the newest frame that is kept.
    number: Number,
    /// The newest deltas and what else nobody may miss, for clients that come back and sockets that fell behind.
    kept: VecDeque<Kept>,
    /// The newest news of the event itself, which no snapshot has.
    event_news: Option<Frame>,
    /// The snapshot of this `seq`, once somebody wanted it.
    snapshot: Option<Frame>,
    /// What this server is asking the store for.
    pub(super) wanted: Wanted,
    /// Seats that may have changed.
    pub(super) suspects: BTreeSet<Ordinal>,
    /// Everything may have changed.
    pub(super) suspect_all: bool,
    /// What is being read right now: there the map still shows what was before.
    pub(super) reading: Reading,
    /// When that was asked for.
    asked_at: Option<Instant>,
    /// The epoch of the fences when everything was read last; a newer one means that the store was rebuilt.
    pub(super) fence_epoch: u64,
    /// The store's position up to which changes are known.
    pub(super) version: Option<Version>,
    /// The store cannot be reached: what is shown may be old.
    pub(super) stale: bool,
    carts: HashMap<UserId, watch::Sender<Cart>>,
    /// What happened here, for those who run the event.
    pub(super) chronicle: Chronicle,
    /// When it was first seen that nobody is in it or asked for it any more; `None` while it is in use.
    unused_since: Option<Instant>,
    closed: bool,
}

/// A frame that is kept.
struct Kept {
    number: Number,
    /// The `seq` of a delta; `None` for everything else.
    delta: Option<u64>,
    frame: Frame,
}

/// What the room's task has asked the store for and not been told yet.
pub(super) enum Reading {
    Nothing,
    Seats(BTreeSet<Ordinal>),
    Everything,
}

impl Reading {
    fn concerns(&self, seat: Ordinal) -> bool {
        match self {
            Self::Nothing => false,
            Self::Seats(seats) => seats.contains(&seat),
            Self::Everything => true,
        }
    }
}

/// What a socket gets when it joins.
pub(crate) struct Joined {
    pub(crate) membership: Membership,
    pub(crate) seq: u64,
    /// A snapshot, or the deltas that a client that came back has missed.
    pub(crate) frames: Vec<Frame>,
}

impl Room {
    /// Reads the whole map and starts watching. Fails when the store cannot be reached: no map is better than a
    /// wrong one.
    pub(super) async fn open(rooms: Arc<Rooms>, id: EventId) -> Answer<Arc<Self>> {
        let event = rooms.catalogue.event(id).await?;
        let plan = rooms.catalogue.plan(&event).await?;
        let room = Arc::new(Self::empty(id, plan, &rooms.settings, &rooms.alarm));
        super::watch::read_everything(&rooms, &room).await?;
        metrics::room_opened();
        rooms.tasks.spawn(rooms.alarm.clone().watch(super::watch::run(Arc::clone(&rooms), Arc::clone(&room))));
        Ok(room)
    }

    /// A room that has read nothing yet.
    fn empty(event: EventId, plan: Arc<CompiledPlan>, settings: &Settings, alarm: &Alarm) -> Self {
        let pulse = Arc::new(Pulse::new());
        let live = LiveMap::new(plan.layout.seats_total());
        let chronicle = Chronicle::new(&plan.layout);
        Self {
            event,
            plan,
            epoch: chance::epoch(),
            fanout: Fanout::new(&pulse, Duration::from_millis(settings.heartbeat_ms), alarm),
            woken: Notify::new(),
            pulse,
            state: Mutex::new(State {
                live,
                seq: 0,
                number: 0,
                kept: VecDeque::new(),
                event_news: None,
                snapshot: None,
                wanted: Wanted::default(),
                suspects: BTreeSet::new(),
                suspect_all: true,
                reading: Reading::Nothing,
                asked_at: None,
                fence_epoch: 0,
                version: None,
                stale: false,
                carts: HashMap::new(),
                chronicle,
                unused_since: None,
                closed: false,
            }),
            deltas_kept: settings.deltas_kept,
        }
    }

    /// The state. A thread that panicked while it held the lock left whole values behind: every change is one call.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that the room is in use; `false` if it is closed already.
    pub(super) fn keep(&self) -> bool {
        let mut state = self.lock();
        state.unused_since = None;
        !state.closed
    }

    /// Closes the room if nobody was in it and nobody asked for it since `idle_since`.
    pub(super) fn close_if_idle(&self, idle_since: Instant) -> bool {
        let mut state = self.lock();
        if self.fanout.members() > 0 {
            state.unused_since = None;
        } else {
            let unused_since = *state.unused_since.get_or_insert_with(Instant::now);
            state.closed |= unused_since <= idle_since;
        }
        state.closed
    }

    /// Enters the fan-out, and takes what the client lacks. The peer follows once it has that and what comes meanwhile:
    /// see [`Self::missed_by`]. `None` if the room was closed meanwhile.
    pub(crate) fn join(&self, peer: &Arc<Peer>, resume: Option<(&str, u64)>) -> Option<Joined> {
        let mut state = self.lock();
        if state.closed {
            return None;
        }
        state.unused_since = None;
        let membership = self.fanout.enter(peer);
        let frames = self.lacking(&mut state, peer, resume);
        Some(Joined { membership, seq: state.seq, frames })
    }

    /// What a client in the room lacks that is at this position, or anywhere; and the event's news, which it may have missed.
    pub(crate) fn resume(&self, peer: &Peer, resume: Option<(&str, u64)>) -> Vec<Frame> {
        let mut state = self.lock();
        let frames = self.lacking(&mut state, peer, resume);
        frames.into_iter().chain(state.event_news.clone()).collect()
    }

    fn lacking(&self, state: &mut State, peer: &Peer, resume: Option<(&str, u64)>) -> Vec<Frame> {
        let missed = resume.filter(|&(epoch, _)| epoch == self.epoch).and_then(|(_, seq)| state.missed(seq));
        peer.knows(state.number);
        missed.unwrap_or_else(|| vec![self.snapshot(state)])
    }

    /// What was published since the newest frame that the peer knows: these frames, or a snapshot where that is less. With
    /// nothing missed the peer follows, and `None` says so. A beacon comes last: whoever is behind all the time would see none.
    pub(crate) fn missed_by(&self, peer: &Peer) -> Option<Vec<Frame>> {
        let mut state = self.lock();
        if mutant::is(Mutant::FollowsWithoutCatchingUp) {
            peer.knows(state.number);
        }
        let Err(known) = peer.follow(state.number) else { return None };
        let beacon = self.beacon(&state);
        if let Some(frames) = state.kept_after(known, peer.subprotocol()) {
            return Some(frames.into_iter().chain([beacon]).collect());
        }
        self.pulse.lagged();
        self.pulse.resynced();
        metrics::resynced();
        let snapshot = self.snapshot(&mut state);
        Some([Some(snapshot), state.event_news.clone(), Some(beacon)].into_iter().flatten().collect())
    }

    /// The position and the map.
    pub(crate) fn position(&self) -> (String, u64, SeatMap) {
        let state = self.lock();
        (self.epoch.clone(), state.seq, state.live.map().clone())
    }

    /// What the room believes of these seats.
    pub(crate) fn records(&self, seats: &[Ordinal]) -> Vec<SeatRecord> {
        let state = self.lock();
        seats.iter().map(|&seat| state.live.record(seat)).collect()
    }

    pub(crate) fn counts(&self) -> SeatCounts {
        self.lock().live.counts()
    }

    /// Those of the seats that somebody else has for certain: they were granted a moment ago, or read. Nothing is certain
    /// while the store cannot be reached, nor of a seat that may have changed since: that is the store's to decide.
    pub(super) fn taken_by_others(&self, user: UserId, seats: &[Ordinal]) -> Vec<Ordinal> {
        let state = self.lock();
        if state.stale || state.suspect_all {
            return Vec::new();
        }
        let granted = state.wanted.granted_to_others(user, seats, Instant::now());
        if !granted.is_empty() {
            return granted;
        }
        let certain = |seat: &Ordinal| !state.suspects.contains(seat) && !state.reading.concerns(*seat);
        let known: Vec<_> = seats.iter().copied().filter(certain).collect();
        state.live.taken_by_others(user, &known, Instant::now())
    }

    /// Follows somebody's holds.
    pub(crate) fn watch_cart(&self, user: UserId) -> watch::Receiver<Cart> {
        let mut state = self.lock();
        let seats = state.live.held_by(user);
        let cart = || watch::Sender::new(Cart { seats, ..Cart::default() });
        state.carts.entry(user).or_insert_with(cart).subscribe()
    }

    /// These seats may have changed: this server did something to them, or knows that somebody did.
    pub(crate) fn suspect(&self, seats: &[Ordinal]) {
        self.lock().wanted.forget(seats);
        self.look_at(seats);
    }

    /// This seat may have changed: the store says so, also of what this server did.
    pub(super) fn hinted(&self, seat: Ordinal) {
        self.lock().wanted.hinted(seat);
        self.look_at(&[seat]);
    }

    /// These seats are to be read.
    pub(super) fn look_at(&self, seats: &[Ordinal]) {
        let total = self.plan.layout.seats_total();
        self.lock().suspects.extend(seats.iter().filter(|seat| seat.0 < total));
        self.woken.notify_one();
    }

    /// Everything may have changed.
    pub(crate) fn suspect_everything(&self) {
        self.lock().suspect_all = true;
        self.woken.notify_one();
    }

    /// Takes over what was read and tells everybody what really changed. `fence_epoch` is the store's, where everything
    /// was read.
    pub(super) fn take_over(&self, seats: &[Ordinal], read: &SeatsRead, fence_epoch: Option<u64>, ts_ms: u64) {
        let mut state = self.lock();
        let known = state.fence_epoch;
        state.fence_epoch = fence_epoch.unwrap_or(known);
        let recovered = known > 0 && state.fence_epoch > known;
        let now = Instant::now();
        let asked_at = state.asked_at.take().unwrap_or(now);
        let mut changed = state.live.apply(seats, read, recovered, (asked_at, now));
        state.stale = false;
        state.reading = Reading::Nothing;
        state.wanted.read(seats, read, now);
        let presence = state.presence(self.fanout.members());
        state.chronicle.note(&self.plan.layout, &changed.moves, read.at_ms, presence, ts_ms);
        let skipped = mutant::is(Mutant::SkippedDelta) && ts_ms.is_multiple_of(5);
        if !changed.states.is_empty() && !skipped {
            self.publish_delta(&mut state, changed.states, ts_ms);
        }
        for user in changed.carts {
            let (seats, lost) = (state.live.held_by(user), changed.lost.remove(&user));
            if let Some(sender) = state.carts.get(&user) {
                sender.send_modify(|cart| cart.follow(seats, lost));
            }
        }
        // Whoever has left does not need to be told any more.
        state.carts.retain(|_, sender| sender.receiver_count() > 0);
    }

    fn publish_delta(&self, state: &mut State, changes: Vec<(Ordinal, SeatState)>, ts_ms: u64) {
        state.seq += 1;
        state.snapshot = None;
        let delta = Delta { seq: state.seq, ts_ms, changes };
        let json = ServerFrame::Delta { epoch: &self.epoch, delta: &delta }.to_json();
        let frame = Frame::new(json, delta_bytes(&delta));
        self.pulse.changes_published(delta.changes.len());
        let seq = Some(state.seq);
        metrics::delta_published(delta.changes.len(), self.publish(state, seq, frame));
    }

    /// Publishes what nobody may miss; `delta`: its `seq` if it is one.
    fn publish(&self, state: &mut State, delta: Option<u64>, frame: Frame) -> usize {
        state.number += 1;
        if state.kept.len() == self.deltas_kept {
            state.kept.pop_front();
        }
        state.kept.push_back(Kept { number: state.number, delta, frame: frame.clone() });
        self.fanout.publish(&Publication::Kept(state.number, frame))
    }

    fn snapshot(&self, state: &mut State) -> Frame {
        let State { live, seq, snapshot, .. } = state;
        let encode = || {
            let json = ServerFrame::Snapshot { epoch: &self.epoch, seq: *seq, map: live.map() }.to_json();
            Frame::new(json, snapshot_bytes(&self.epoch, *seq, live.map()))
        };
        snapshot.get_or_insert_with(encode).clone()
    }

    /// Tells everybody what their map should hash to.
    pub(super) fn publish_beacon(&self) {
        let state = self.lock();
        self.fanout.publish(&Publication::Passing(state.number, self.beacon(&state)));
    }

    fn beacon(&self, state: &State) -> Frame {
        let State { seq, stale, ref live, .. } = *state;
        let hash = live.map().hash();
        let json = ServerFrame::Beacon { epoch: &self.epoch, seq, hash, stale }.to_json();
        Frame::new(json, beacon_bytes(seq, hash, stale))
    }

    /// Tells everybody that the event has another status.
    pub(crate) fn publish_event(&self, status: EventStatus) {
        let frame = Frame::text(ServerFrame::Event { status }.to_json());
        let mut state = self.lock();
        state.event_news = Some(frame.clone());
        self.publish(&mut state, None, frame);
    }
}

impl Cart {
    fn follow(&mut self, seats: Vec<(Ordinal, Instant)>, lost: Option<Vec<Ordinal>>) {
        self.seats = seats;
        if let Some(lost) = lost {
            self.lost = lost;
            self.losses += 1;
        }
    }
}

impl State {
    /// The store is about to be asked.
    pub(super) fn ask_for(&mut self, reading: Reading) {
        self.reading = reading;
        self.asked_at = Some(Instant::now());
    }

    /// What a client at this `seq` has missed, if all of it is still there.
    fn missed(&self, seq: u64) -> Option<Vec<Frame>> {
        if seq == self.seq {
            return Some(Vec::new());
        }
        let next = self.kept.iter().position(|kept| kept.delta == Some(seq + 1))?;
        Some(self.kept.range(next..).map(|kept| kept.frame.clone()).collect())
    }

    /// What was published after this number, if all of it is still there and less than a snapshot.
    fn kept_after(&self, number: Number, subprotocol: Subprotocol) -> Option<Vec<Frame>> {
        let oldest = self.kept.front()?.number;
        if oldest > number + 1 {
            return None;
        }
        let frames: Vec<_> =
            self.kept.iter().filter(|kept| kept.number > number).map(|kept| kept.frame.clone()).collect();
        let bytes: usize = frames.iter().map(|frame| frame.bytes(subprotocol).len()).sum();
        let packed = self.live.map().packed().len();
        let snapshot = match subprotocol {
            Subprotocol::Binary => packed,
            // In Base64.
            Subprotocol::Json => packed / 3 * 4,
        };
        (bytes <= snapshot.max(FEW_BYTES)).then_some(frames)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use axum::http::HeaderValue;
    use frontrow_domain::plan;
    use frontrow_domain::seat::{Fence, Lease};
    use uuid::Uuid;

    use super::*;

    pub(in crate::rooms) const ADA: UserId = UserId(Uuid::from_u128(0xada));
    pub(in crate::rooms) const BEN: UserId = UserId(Uuid::from_u128(0xbe4));

    /// A hall that nobody has read yet.
    pub(in crate::rooms) fn hall(deltas_kept: usize, heartbeat_ms: u64) -> Room {
        let json = include_str!("../../../shared/plans/riethsporthalle.json");
        let layout = plan::compile(&serde_json::from_str(json).unwrap()).unwrap();
        let blocks = frontrow_domain::plan::Blocks::of(&layout);
        let plan = CompiledPlan { layout, blocks, json: Vec::new().into(), tag: HeaderValue::from_static("\"t\"") };
        let settings = Settings { deltas_kept, heartbeat_ms, ..frontrow_settings::Settings::defaults().rooms };
        Room::empty(EventId(Uuid::nil()), Arc::new(plan), &settings, &Alarm::default())
    }

    /// The same, read, with its first seat held by Ada.
    pub(in crate::rooms) fn room() -> Room {
        let room = hall(2, 60_000);
        let fence = Fence { epoch: 1, counter: 1 };
        let held = SeatRecord::Held(Lease { owner: ADA, fence, first_held_ms: 0, deadline_ms: 60_000 });
        room.lock().suspect_all = false;
        room.take_over(&[Ordinal(0)], &SeatsRead { at_ms: 0, records: vec![held] }, None, 0);
        room
    }

    #[tokio::test]
    async fn what_may_have_changed_is_not_refused_locally() {
        let room = room();
        let refused = || room.taken_by_others(BEN, &[Ordinal(0), Ordinal(1)]);
        assert_eq!(refused(), [Ordinal(0)]);
        room.suspect(&[Ordinal(0)]);
        assert_eq!(refused(), [], "a hint came");
        {
            let mut state = room.lock();
            state.reading = Reading::Seats(std::mem::take(&mut state.suspects));
        }
        assert_eq!(refused(), [], "it is being read");
        room.lock().reading = Reading::Everything;
        assert_eq!(refused(), [], "everything is being read");
        room.lock().reading = Reading::Nothing;
        assert_eq!(refused(), [Ordinal(0)], "it is certain again");
        room.lock().stale = true;
        assert_eq!(refused(), [], "the store is away");
    }

    #[tokio::test]
    async fn a_room_lingers_from_when_the_last_one_has_left() {
        let room = Arc::new(hall(2, 60_000));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _client = tokio::net::TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let peer = Peer::new(listener.accept().await.unwrap().0, Subprotocol::Json);
        let joined = room.join(&peer, None).unwrap();
        let joined_at = Instant::now();
        assert!(!room.close_if_idle(joined_at), "somebody is in it");
        drop(joined);
        assert!(!room.close_if_idle(joined_at), "somebody was in it after that");
        assert!(room.close_if_idle(Instant::now()));
    }

    #[tokio::test]
    async fn deltas_that_are_gone_are_replaced_by_a_snapshot() {
        let room = room();
        for seat in 1..5 {
            let blocked = SeatsRead { at_ms: 0, records: vec![SeatRecord::Blocked] };
            room.take_over(&[Ordinal(seat)], &blocked, None, 0);
        }
        assert_eq!(room.position().1, 5);
        let missed = |seq| room.lock().missed(seq).map(|frames| frames.len());
        assert_eq!([missed(5), missed(4), missed(3)], [Some(0), Some(1), Some(2)], "two deltas are kept");
        assert_eq!([missed(2), missed(6)], [None, None], "too old, and from the future");
        room.publish_event(EventStatus::Closed);
        assert_eq!([missed(5), missed(4), missed(3)], [Some(0), Some(2), None], "news of the event take a place too");
    }
}
