//! What is offered first: in drawn halls, in the real one, and in any.

use proptest::prelude::*;

use super::*;
use crate::plan::fixtures::{drawn, names, ordinals, real_hall};

const ANY: Wish<'static> = Wish { quantity: 1, category: None, section: None, avoid_orphans: false };

fn best(hall: &(Layout, SeatMap), wish: Wish<'_>) -> Vec<String> {
    let seats = Blocks::of(&hall.0).best(&hall.0, &hall.1, &wish, &BTreeSet::new()).expect("enough seats");
    names(&hall.0, &seats)
}

/// The best of a hall of one section `S`.
fn offer(rows: &[&str], quantity: u32) -> Vec<String> {
    best(&drawn(&[("S", rows)]), Wish { quantity, ..ANY })
}

#[test]
fn the_middle_of_the_front_row_comes_first() {
    assert_eq!(offer(&["1|aaaaaaa", "2|aaaaaaa"], 3), ["S-1-3", "S-1-4", "S-1-5"]);
    assert_eq!(offer(&["1|aaaaaaa", "2|aaaaaaa"], 2), ["S-1-3", "S-1-4"], "of mirror images the lower ordinal");
}

#[test]
fn a_plan_listed_from_the_back_has_its_front_at_the_end() {
    assert_eq!(offer(&["10|aaaaa", "9|aaaaa", "8|aaaaa"], 1), ["S-8-3"]);
    assert_eq!(offer(&["B|aaaaa", "A|aaaaa"], 1), ["S-A-3"]);
    assert_eq!(offer(&["Z|aaaaa", "AA|aaaaa"], 1), ["S-Z-3"]);
}

#[test]
fn a_step_back_weighs_more_than_a_step_sideways() {
    // The second row is 40 units back, which weighs 60; the offers of the first are 50 and 75 units off the middle.
    assert_eq!(offer(&["1|aAAAaaa", "2|aaaaaaa"], 1), ["S-1-5"]);
    assert_eq!(offer(&["1|aAAAAAa", "2|aaaaaaa"], 1), ["S-2-4"]);
    // Without the weight the row behind would win here: 40 against 50.
    assert_eq!(offer(&["1|aaAAAaa", "2|AAAaAAA"], 1), ["S-1-2"]);
}

#[test]
fn a_party_sits_together_and_not_across_an_aisle() {
    assert_eq!(offer(&["1|aa aa", "2|AAA", "3|aaaa"], 3), ["S-3-2", "S-3-3", "S-3-4"]);
    assert_eq!(offer(&["1|aaaAaaa", "2|aaaaaaaa"], 4), ["S-2-3", "S-2-4", "S-2-5", "S-2-6"]);
}

#[test]
fn leaving_somebody_alone_costs_four_seats() {
    assert_eq!(offer(&["1|AAaaaaaA", "2|A"], 3), ["S-1-3", "S-1-4", "S-1-5"], "not the middle 4 to 6");
    // Both sides left alone cost 200; the fifth row, 160 units back, weighs 240.
    let hall = drawn(&[("S", &["1|Abaab", "2|AAAAA", "3|AAAAA", "4|AAAAA", "5|aaAAA"])]);
    let wish = Wish { quantity: 2, category: Some("a"), ..ANY };
    assert_eq!(best(&hall, wish), ["S-1-3", "S-1-4"], "a penalty");
    assert_eq!(best(&hall, Wish { avoid_orphans: true, ..wish }), ["S-5-1", "S-5-2"], "an exclusion");
}

#[test]
fn avoiding_orphans_rather_splits_and_gives_in_at_the_end() {
    let wish = Wish { quantity: 2, category: Some("a"), avoid_orphans: true, ..ANY };
    assert_eq!(best(&drawn(&[("S", &["1|baabB", "2|aB", "3|aB"])]), wish), ["S-2-1", "S-3-1"]);
    assert_eq!(best(&drawn(&[("S", &["1|baab"])]), wish), ["S-1-2", "S-1-3"], "there is nothing else");
}

#[test]
fn only_the_category_and_section_asked_for() {
    let hall = drawn(&[("S", &["1|aabba", "2|bbbaa"]), ("T", &["1|bbb"])]);
    assert_eq!(
        best(&hall, Wish { quantity: 3, category: Some("b"), section: Some("S"), ..ANY }),
        ["S-2-1", "S-2-2", "S-2-3"]
    );
    assert_eq!(best(&hall, Wish { quantity: 3, section: Some("T"), ..ANY }), ["T-1-1", "T-1-2", "T-1-3"]);
}

#[test]
fn unknown_is_not_sold_out() {
    let (layout, map) = drawn(&[("S", &["1|aaA"])]);
    let find = |wish: Wish<'_>| Blocks::of(&layout).best(&layout, &map, &wish, &BTreeSet::new());
    let (category, section) = (Wish { category: Some("c"), ..ANY }, Wish { section: Some("s"), ..ANY });
    assert_eq!((find(category), category.check(&layout)), (None, Err(UnknownWish::Category)));
    assert_eq!((find(section), section.check(&layout)), (None, Err(UnknownWish::Section)));
    let many = Wish { quantity: 3, ..ANY };
    assert_eq!((find(many), many.check(&layout)), (None, Ok(())));
    let none = Wish { category: Some("b"), ..ANY };
    assert_eq!((find(none), none.check(&layout)), (None, Ok(())), "a category without seats");
    assert_eq!(find(Wish { quantity: 0, ..ANY }), Some(Vec::new()));
    assert_eq!(find(Wish { quantity: u32::MAX, ..ANY }), None);
}

#[test]
fn seats_lost_in_a_race_are_avoided() {
    let (layout, map) = drawn(&[("S", &["1|aaaaa"])]);
    let mut lost = BTreeSet::from_iter(ordinals(&layout, &["S-1-3"]));
    lost.insert(Ordinal(900));
    let seats = Blocks::of(&layout).best(&layout, &map, &Wish { quantity: 2, ..ANY }, &lost).expect("two");
    assert_eq!(names(&layout, &seats), ["S-1-1", "S-1-2"]);
}

#[test]
fn a_small_section_does_not_win_with_its_worst_seats() {
    // The corner of the small section is 47 units from its middle, the seat in the large one 120: a fifth of it.
    let large: Vec<_> = (1..=10).map(|row| format!("{row}|AAAA{}AAAA", if row == 3 { 'a' } else { 'A' })).collect();
    let large: Vec<_> = large.iter().map(String::as_str).collect();
    assert_eq!(best(&drawn(&[("Small", &["1|aAA", "2|AAA"]), ("Large", &large)]), ANY), ["Large-3-5"]);
}

#[test]
fn a_split_has_few_groups_close_to_each_other() {
    assert_eq!(offer(&["1|AaaAaaA", "2|AAAAAAA", "3|aaAAAAA"], 4), ["S-1-2", "S-1-3", "S-1-5", "S-1-6"]);
    assert_eq!(offer(&["1|aAaAa", "2|AAAAA", "3|aaaAA", "4|aAAAA"], 4).len(), 4);
    assert_eq!(offer(&["1|aAaAa", "2|AAAAA", "3|aaaAA", "4|AAaaa"], 6).len(), 6);
    assert!(offer(&["1|aAaAa", "2|aaaAA", "3|AAaaa"], 6).iter().all(|seat| !seat.starts_with("S-1")), "two groups do");
}

#[test]
fn nobody_is_sent_off_alone_if_it_can_be_helped() {
    let seats = offer(&["1|Aaaaaa", "2|AAAaaa"], 6);
    assert_eq!(
        seats.iter().filter(|seat| seat.starts_with("S-2")).count(),
        2,
        "four and two, not five and one: {seats:?}"
    );
    assert_eq!(offer(&["1|AaA", "2|aaa", "3|aaa"], 4).iter().filter(|seat| seat.starts_with("S-1")).count(), 0);
}

#[test]
fn a_split_stays_in_one_section_if_one_has_enough() {
    let hall = drawn(&[("S", &["1|aaAaA"]), ("T", &["1|aAaAa", "2|aAA"])]);
    assert_eq!(best(&hall, Wish { quantity: 3, ..ANY }), ["S-1-1", "S-1-2", "S-1-4"]);
    assert_eq!(best(&hall, Wish { quantity: 4, ..ANY }), ["T-1-1", "T-1-3", "T-1-5", "T-2-1"]);
    assert_eq!(best(&hall, Wish { quantity: 7, ..ANY }).len(), 7, "across both");
}

#[test]
fn the_real_hall_is_sold_from_the_court_up() {
    let layout = real_hall();
    let hall = (layout.clone(), SeatMap::new(layout.seats_total()));
    let ask = |section, quantity| best(&hall, Wish { quantity, section: Some(section), ..ANY });
    assert_eq!(ask("A", 3), ["A-1-10", "A-1-11", "A-1-12"], "9 to 11 would leave 8 alone at the aisle");
    assert_eq!(ask("D", 1), ["D-6-11"], "the front row is the last in the plan");
    assert_eq!(ask("D", 2), ["D-7-10", "D-7-11"], "row 6 has only single seats in its middle");
    assert_eq!(ask("E", 4), ["E-7-9", "E-7-10", "E-7-11", "E-7-12"], "row 6 has only single seats");
    let fans = Wish { quantity: 10, category: Some("Fanblock"), ..ANY };
    assert!(best(&hall, fans).iter().all(|seat| seat.starts_with("A-")));
    assert_eq!(best(&hall, Wish { quantity: 1252, ..ANY }).len(), 1252, "the whole hall");
}

fn halls() -> impl Strategy<Value = Vec<Vec<String>>> {
    prop::collection::vec(prop::collection::vec("[aaabbAAB ]{0,12}[abA]", 1..4), 1..4)
}

fn hall_of(sections: &[Vec<String>]) -> (Layout, SeatMap) {
    let label = |rows: &Vec<String>| (1..).zip(rows).map(|(label, row)| format!("{label}|{row}")).collect::<Vec<_>>();
    let labelled: Vec<Vec<String>> = sections.iter().map(label).collect();
    let rows: Vec<Vec<&str>> = labelled.iter().map(|rows| rows.iter().map(String::as_str).collect()).collect();
    drawn(&["S", "T", "U"].into_iter().zip(rows.iter().map(Vec::as_slice)).collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_offer_is_what_was_asked_for(
        sections in halls(),
        quantity in 1..9_u32,
        category in prop::option::of(prop::sample::select(vec!["a", "b"])),
        in_first in any::<bool>(),
        avoid_orphans in any::<bool>(),
        avoid in prop::collection::btree_set((0..40_u32).prop_map(Ordinal), 0..4),
    ) {
        let (layout, map) = hall_of(&sections);
        let blocks = Blocks::of(&layout);
        let wish = Wish { quantity, category, section: in_first.then_some("S"), avoid_orphans };
        let matches = |ordinal: &Ordinal| {
            let seat = layout.seat(*ordinal);
            map.get(*ordinal) == SeatState::Available
                && !avoid.contains(ordinal)
                && category.is_none_or(|id| layout.category_of(seat).id == id)
                && (!in_first || seat.section == 0)
        };
        let runs: Vec<_> = blocks.iter().flat_map(|block| block.split(|seat| !matches(seat))).collect();
        let size = wish.quantity as usize;
        let found = blocks.best(&layout, &map, &wish, &avoid);
        prop_assert_eq!(found.is_some(), runs.iter().map(|run| run.len()).sum::<usize>() >= size);
        let Some(seats) = found else { return Ok(()) };
        prop_assert_eq!(seats.len(), size);
        prop_assert!(seats.is_sorted_by(|one, next| one < next) && seats.iter().all(matches));

        let mut gone = map.clone();
        for seat in avoid.iter().filter(|seat| seat.0 < map.seats()) {
            gone.set(*seat, SeatState::Sold);
        }
        let harmless = |seats: &[Ordinal]| blocks.orphans(&gone, seats).is_empty();
        let mut windows = runs.iter().flat_map(|run| run.windows(size));
        let must_be_together = if avoid_orphans { windows.any(harmless) } else { windows.next().is_some() };
        let together = runs.iter().any(|run| run.windows(size).any(|window| window == seats));
        prop_assert!(together || !must_be_together, "{seats:?} of {runs:?}");
        prop_assert!(!avoid_orphans || !must_be_together || harmless(&seats), "{seats:?} leave somebody alone");
    }

    #[test]
    fn a_split_has_the_fewest_groups(sections in halls(), quantity in 2..9_usize) {
        let (layout, map) = hall_of(&sections[..1]);
        let blocks = Blocks::of(&layout);
        let is_taken = |seat: &Ordinal| map.get(*seat) != SeatState::Available;
        let mut runs: Vec<_> = blocks.iter().flat_map(|block| block.split(is_taken)).collect();
        let wish = Wish { quantity: u32::try_from(quantity).unwrap(), ..ANY };
        let Some(seats) = blocks.best(&layout, &map, &wish, &BTreeSet::new()) else { return Ok(()) };
        let used = runs.iter().filter(|run| run.iter().any(|seat| seats.contains(seat))).count();
        runs.sort_by_key(|run| run.len());
        let longest: usize = runs.iter().rev().take(used - 1).map(|run| run.len()).sum();
        prop_assert!(longest < quantity, "{used} groups, and fewer would do");
    }
}
