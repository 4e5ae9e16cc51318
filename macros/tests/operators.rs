//! `#[derive(Operators)]` on every shape of type; the paths it writes are found in the crate that calls itself
//! `refrain`, as the library does.

extern crate self as refrain;

use refrain::permission::{And, Not, Or};
use refrain_macros::Operators;

/// Where the derive looks for the three types.
pub mod permission {
    /// `&`.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct And<A, B>(pub A, pub B);
    /// `|`.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Or<A, B>(pub A, pub B);
    /// `!`.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Not<A>(pub A);
}

#[derive(Clone, Copy, Debug, PartialEq, Operators)]
struct IsOwner;

#[derive(Clone, Copy, Debug, PartialEq, Operators)]
struct InPlan(&'static str);

#[derive(Clone, Copy, Debug, PartialEq, Operators)]
enum Hours {
    Day,
    Night,
}

#[derive(Clone, Copy, Debug, PartialEq, Operators)]
struct OneOf<'a, T: Copy, const N: usize = 2>
where
    T: PartialEq,
{
    names: [&'a T; N],
}

#[test]
fn operators_wrap_what_they_combine() {
    assert_eq!(IsOwner & InPlan("gold"), And(IsOwner, InPlan("gold")));
    assert_eq!(InPlan("gold") | Hours::Day, Or(InPlan("gold"), Hours::Day));
    assert_eq!(!Hours::Night, Not(Hours::Night));
}

#[test]
fn and_binds_tighter_than_or() {
    assert_eq!(IsOwner | Hours::Day & !IsOwner, Or(IsOwner, And(Hours::Day, Not(IsOwner))));
}

#[test]
fn generic_types_keep_their_parameters() {
    let one_of = OneOf { names: [&1, &2] };
    assert_eq!(one_of & IsOwner, And(one_of, IsOwner));
    assert_eq!(one_of | IsOwner, Or(one_of, IsOwner));
    assert_eq!(!one_of, Not(one_of));
}
