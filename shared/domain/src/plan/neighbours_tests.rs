//! Who sits next to whom in drawn halls and in the real one, and who is left alone.

use proptest::prelude::*;

use super::*;
use crate::plan::fixtures::{SEAT, drawn, names, ordinals, placed, real_hall};

/// The blocks of a layout, as the numbers of their seats.
fn blocks(layout: &Layout) -> Vec<String> {
    let number = |seat: &Ordinal| layout.seat(*seat).number.clone();
    Blocks::of(layout).iter().map(|block| block.iter().map(number).collect::<Vec<_>>().join(" ")).collect()
}

/// The row with the orphans of taking the seats marked `m` shown as `o`.
fn orphans(row: &str) -> String {
    let (layout, map) = drawn(&[("S", &[&format!("1|{}", row.replace('m', "a"))])]);
    let places: Vec<_> = row.char_indices().filter(|(_, letter)| *letter != ' ').collect();
    let mine = places.iter().zip(0..).filter(|((_, letter), _)| *letter == 'm').map(|(_, n)| Ordinal(n));
    let mut shown: Vec<_> = row.chars().collect();
    for orphan in Blocks::of(&layout).orphans(&map, &mine.collect::<Vec<_>>()) {
        shown[places[orphan.index()].0] = 'o';
    }
    shown.into_iter().collect()
}

#[test]
fn a_row_ends_at_an_aisle_and_at_the_next_label() {
    assert_eq!(blocks(&drawn(&[("S", &["1|aaa aab", "2|aa"]), ("T", &["2|aa"])]).0), ["1 2 3", "4 5 6", "1 2", "1 2"]);
}

#[test]
fn a_gap_of_sixteen_tenths_is_no_aisle_yet() {
    let row = |gap: f64| placed(&[("1", &[(0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (20.0 + gap, 0.0)])]);
    assert_eq!(blocks(&row(16.0)), ["1 2 3 4"]);
    assert_eq!(blocks(&row(16.1)), ["1 2 3", "4"]);
    assert_eq!(blocks(&placed(&[("1", &[(0.0, 0.0), (10.0, 0.0), (40.0, 0.0)])])), ["1 2", "3"], "of two, the wider");
}

#[test]
fn a_row_of_single_seats_between_stairs_has_no_neighbours() {
    let (layout, _) = drawn(&[("S", &["1|aaaaa", "2|a  a  a", "3|aaaaa"])]);
    assert_eq!(blocks(&layout), ["1 2 3 4 5", "1", "2", "3", "1 2 3 4 5"]);
    let (layout, _) = drawn(&[("S", &["1|a  a  a", "2|a  a  a"])]);
    assert_eq!(blocks(&layout), ["1 2 3", "1 2 3"], "unless the whole section is that wide");
}

#[test]
fn seats_listed_out_of_order_are_sorted_along_the_row_whichever_way_it_runs() {
    let slanted = |n: f64| (n * SEAT, n * SEAT);
    let upright = |n: f64| (0.0, n * SEAT);
    assert_eq!(blocks(&placed(&[("1", &[slanted(2.0), slanted(0.0), slanted(3.0), slanted(1.0)])])), ["2 4 1 3"]);
    assert_eq!(blocks(&placed(&[("1", &[upright(2.0), upright(0.0), upright(1.0)])])), ["2 3 1"]);
    assert_eq!(
        blocks(&placed(&[("1", &[upright(2.0), upright(1.0), upright(0.0)])])),
        ["1 2 3"],
        "backwards is in order"
    );
}

#[test]
fn curved_rows_and_even_rings_keep_their_order() {
    let arc = |from: i32, to: i32| -> Vec<_> {
        let angles = (from..=to).step_by(10).map(|degrees| f64::from(degrees).to_radians());
        angles.map(|angle| (300.0 * angle.cos(), 300.0 * angle.sin())).collect()
    };
    assert_eq!(blocks(&placed(&[("1", &arc(30, 80))])), ["1 2 3 4 5 6"]);
    let ring: Vec<_> = (1..=33).map(|n| n.to_string()).collect();
    assert_eq!(blocks(&placed(&[("1", &arc(0, 320))])), [ring.join(" ")]);
}

#[test]
fn a_seat_knows_its_neighbours() {
    let (layout, _) = drawn(&[("S", &["1|aa aa"])]);
    let found = Blocks::of(&layout);
    let place = found.place(Ordinal(2));
    assert_eq!((place.block, place.index), ([Ordinal(2), Ordinal(3)].as_slice(), 0));
    assert_eq!((place.left(), place.right()), (None, Some(Ordinal(3))));
    assert_eq!((found.place(Ordinal(1)).left(), found.place(Ordinal(1)).right()), (Some(Ordinal(0)), None));
}

#[test]
fn a_single_seat_left_at_a_wall_an_aisle_or_a_taken_seat_is_an_orphan() {
    assert_eq!(orphans("ammaa"), "ommaa");
    assert_eq!(orphans("aamma aa"), "aammo aa");
    assert_eq!(orphans("Aammaa"), "Aommaa");
    assert_eq!(orphans("aammaa"), "aammaa");
    assert_eq!(orphans("mmaaa"), "mmaaa");
}

#[test]
fn whoever_had_to_be_left_alone_is_no_orphan() {
    assert_eq!(orphans("mma"), "mma");
    assert_eq!(orphans("ma"), "ma");
    assert_eq!(orphans("AamA"), "AamA", "it was down to the two of us");
    assert_eq!(orphans("aAmm"), "aAmm", "alone before me");
    assert_eq!(orphans("mam"), "mam", "one of three stays, wherever");
}

#[test]
fn several_places_in_one_run_are_judged_together() {
    assert_eq!(orphans("amama"), "omomo");
    assert_eq!(orphans("amam"), "omom");
    assert_eq!(orphans("maam"), "maam", "at both ends, two in the middle");
    assert_eq!(orphans("maaam"), "maaam");
    assert_eq!(orphans("mmam am"), "mmam am", "two runs, one each to spare");
    assert_eq!(orphans("mamaa"), "momaa");
}

#[test]
fn mine_count_as_taken_whatever_the_map_says() {
    let (layout, map) = drawn(&[("S", &["1|aAaaa"])]);
    let found = Blocks::of(&layout);
    assert_eq!(found.orphans(&map, &ordinals(&layout, &["S-1-2"])), ordinals(&layout, &["S-1-1"]));
    let twice = ordinals(&layout, &["S-1-4", "S-1-2", "S-1-4"]);
    assert_eq!(names(&layout, &found.orphans(&map, &twice)), ["S-1-1", "S-1-3", "S-1-5"], "ascending, once each");
}

#[test]
fn the_real_hall_has_aisles() {
    let layout = real_hall();
    let found = Blocks::of(&layout);
    assert_eq!(found.iter().map(<[_]>::len).sum::<usize>(), 1252);
    let block = |name: &str| names(&layout, found.place(layout.ordinal(name).expect(name)).block);
    assert_eq!(block("D-10-7").len(), 20);
    assert_eq!(block("E-6-3"), ["E-6-3"], "single seats between the stairs");
    assert!(block("D-14-1").len() < 28, "row 14 has aisles");
    let map = SeatMap::new(layout.seats_total());
    let mine = ordinals(&layout, &["D-10-2", "D-10-3"]);
    assert_eq!(names(&layout, &found.orphans(&map, &mine)), ["D-10-1"]);
}

/// Obviously right: cut the block at taken seats, and each run with more than one seat to spare at mine.
fn slow_orphans(blocks: &Blocks, map: &SeatMap, mine: &[Ordinal]) -> Vec<Ordinal> {
    let mut orphans = Vec::new();
    for block in blocks.iter() {
        let is_taken = |seat: &Ordinal| !mine.contains(seat) && map.get(*seat) != SeatState::Available;
        for run in block.split(is_taken) {
            if run.iter().filter(|seat| !mine.contains(seat)).count() > 1 {
                let pieces = run.split(|seat| mine.contains(seat)).filter(|piece| piece.len() == 1);
                orphans.extend(pieces.map(|piece| piece[0]));
            }
        }
    }
    orphans.sort_unstable();
    orphans
}

proptest! {
    #[test]
    fn orphans_are_those_of_the_slow_reference(
        rows in prop::collection::vec("[aaaA ]{0,12}a", 1..4),
        mine in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let rows: Vec<_> = (1..).zip(rows).map(|(label, row)| format!("{label}|{row}")).collect();
        let (layout, map) = drawn(&[("S", &rows.iter().map(String::as_str).collect::<Vec<_>>())]);
        let blocks = Blocks::of(&layout);
        let seats: Vec<_> = layout.ordinals().map(|(ordinal, _)| ordinal).collect();
        let mine: Vec<_> = mine.iter().map(|index| *index.get(&seats)).collect();
        prop_assert_eq!(blocks.orphans(&map, &mine), slow_orphans(&blocks, &map, &mine));
    }
}
