//! Conditions on a car, twice: as SQL, and in Rust with SQL's three truth values.

use proptest::prelude::*;
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, Query},
};

use super::world::{World, car, garage, seat};

/// What a condition says of a car; columns may be NULL.
#[derive(Clone, Debug)]
pub enum Condition {
    /// `published = …`
    PublishedIs(bool),
    /// the column itself
    Published,
    NameIs(&'static str),
    NameIsNot(&'static str),
    GarageIs(i32),
    /// `IN (…)`, which may be empty
    GarageIn(Vec<i32>),
    GarageIsNull,
    /// through another table
    GarageIsOpen,
    /// `NOT IN` over a column that may hold NULLs
    GarageIsNoAnnexe,
    /// through another table, by the row at hand
    HasSeat,
    /// an `OR` that the query builder cannot see
    Raw,
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
}

pub fn conditions() -> impl Strategy<Value = Condition> {
    use Condition::*;
    let names = || prop::sample::select(vec!["x", "y", ""]);
    let leaf = prop_oneof![
        any::<bool>().prop_map(PublishedIs),
        Just(Published),
        names().prop_map(NameIs),
        names().prop_map(NameIsNot),
        (1..=3).prop_map(GarageIs),
        prop::collection::vec(1..=3, 0..3).prop_map(GarageIn),
        Just(GarageIsNull),
        Just(GarageIsOpen),
        Just(GarageIsNoAnnexe),
        Just(HasSeat),
        Just(Raw),
    ];
    leaf.prop_recursive(2, 5, 2, |inner| {
        let pair = || (inner.clone().prop_map(Box::new), inner.clone().prop_map(Box::new));
        prop_oneof![
            pair().prop_map(|(a, b)| And(a, b)),
            pair().prop_map(|(a, b)| Or(a, b)),
            inner.clone().prop_map(|a| Not(Box::new(a))),
        ]
    })
}

impl Condition {
    /// As a class would write it.
    pub fn sql(&self) -> Expr {
        match self {
            Self::PublishedIs(published) => car::Column::Published.eq(*published),
            Self::Published => Expr::col(car::Column::Published.as_column_ref()),
            Self::NameIs(name) => car::Column::Name.eq(*name),
            Self::NameIsNot(name) => car::Column::Name.ne(*name),
            Self::GarageIs(garage) => car::Column::GarageId.eq(*garage),
            Self::GarageIn(garages) => car::Column::GarageId.is_in(garages.clone()),
            Self::GarageIsNull => car::Column::GarageId.is_null(),
            Self::GarageIsOpen => {
                let open = garage::Entity::find().select_only().column(garage::Column::Id);
                car::Column::GarageId.in_subquery(open.filter(garage::Column::Open.eq(true)).into_query())
            }
            Self::GarageIsNoAnnexe => {
                let annexes = garage::Entity::find().select_only().column(garage::Column::AnnexeId);
                car::Column::GarageId.not_in_subquery(annexes.into_query())
            }
            Self::HasSeat => {
                let of_car = Expr::col(seat::Column::CarId.as_column_ref()).equals(car::Column::Id.as_column_ref());
                Expr::exists(Query::select().expr(Expr::val(1)).from(seat::Entity).and_where(of_car).to_owned())
            }
            Self::Raw => Expr::cust("agree_car.published OR agree_car.garage_id = 3"),
            Self::And(a, b) => a.sql().and(b.sql()),
            Self::Or(a, b) => a.sql().or(b.sql()),
            Self::Not(a) => a.sql().not(),
        }
    }

    /// What SQL makes of it: `None` is NULL.
    pub fn truth(&self, car: &car::Model, world: &World) -> Option<bool> {
        let garage_is = |garage: i32| car.garage_id.map(|id| id == garage);
        match self {
            Self::PublishedIs(published) => car.published.map(|is| is == *published),
            Self::Published => car.published,
            Self::NameIs(name) => car.name.as_ref().map(|is| is == name),
            Self::NameIsNot(name) => car.name.as_ref().map(|is| is != name),
            Self::GarageIs(garage) => garage_is(*garage),
            Self::GarageIn(garages) => among(car.garage_id, garages.iter().copied().map(Some)),
            Self::GarageIsNull => Some(car.garage_id.is_none()),
            Self::GarageIsOpen => {
                let open = world.garages.iter().filter(|garage| garage.open == Some(true));
                among(car.garage_id, open.map(|garage| Some(garage.id)))
            }
            Self::GarageIsNoAnnexe => {
                among(car.garage_id, world.garages.iter().map(|garage| garage.annexe_id)).map(|is| !is)
            }
            Self::HasSeat => Some(world.seats.contains(&car.id)),
            Self::Raw => or(car.published, garage_is(3)),
            Self::And(a, b) => or(a.truth(car, world).map(|a| !a), b.truth(car, world).map(|b| !b)).map(|not| !not),
            Self::Or(a, b) => or(a.truth(car, world), b.truth(car, world)),
            Self::Not(a) => a.truth(car, world).map(|a| !a),
        }
    }
}

fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

/// `value IN (set)`: nothing is among none, not even NULL.
fn among(value: Option<i32>, set: impl Iterator<Item = Option<i32>>) -> Option<bool> {
    let mut found = Some(false);
    for one in set {
        found = or(found, value.zip(one).map(|(value, one)| value == one));
    }
    found
}
