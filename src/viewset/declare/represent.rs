use sea_orm::EntityTrait;

use crate::{
    http::Problem,
    permission::Context,
    serializer::Serializer,
    viewset::{EntityOf, ViewSet},
};

type ComputedOf<V> = <<V as ViewSet>::Serializer as Serializer>::Computed;

/// What a viewset computes for representations: the members that its serializer declares `computed`.
///
/// ```
/// use refrain::{Access, IsAuthenticated, Problem, Represent, Serializer, ViewSet, permission::Context};
/// # use refrain::doc_example::car;
///
/// #[derive(Serializer)]
/// #[serializer(model = car, filled(published))]
/// struct Car {
///     #[serializer(read_only)]
///     id: i64,
///     name: String,
///     #[serializer(computed)]
///     trips: i64,
/// }
///
/// struct Cars;
///
/// impl ViewSet for Cars {
///     type Serializer = Car;
///     const PATH: &'static str = "/cars";
///
///     fn permissions() -> Access<car::Entity> {
///         Access::to(IsAuthenticated)
///     }
/// }
///
/// impl Represent for Cars {
///     async fn represent(&self, _cx: &Context<'_>, rows: &[car::Model]) -> Result<Vec<CarComputed>, Problem> {
///         // one statement counts the trips of every car of the page
///         Ok(rows.iter().map(|_car| CarComputed { trips: 0 }).collect())
///     }
/// }
/// ```
#[doc(alias("to_representation", "SerializerMethodField"))]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not compute the members that its serializer declares `computed`",
    label = "the trait `Represent` is missing",
    note = "write `impl refrain::Represent for {Self}`: it is asked once for a page"
)]
pub trait Represent: ViewSet {
    /// Computes the members of these rows, in their order: once for a page, so that related rows are one statement.
    fn represent(
        &self,
        cx: &Context<'_>,
        rows: &[<EntityOf<Self> as EntityTrait>::Model],
    ) -> impl Future<Output = Result<Vec<ComputedOf<Self>>, Problem>> + Send;
}

/// A serializer whose rows this viewset can show: one that computes nothing, or what [`Represent`] gives.
///
/// ```
/// # use refrain::doc_example::{car, cars::{Car, Cars}};
/// use refrain::{Problem, permission::Context, viewset::Shown};
///
/// async fn computed(viewset: &Cars, cx: &Context<'_>, rows: &[car::Model]) -> Result<usize, Problem> {
///     // `Car` computes nothing: a `()` for each row
///     Ok(<Car as Shown<Cars>>::computed_of(viewset, cx, rows).await?.len())
/// }
/// ```
///
/// `#[derive(Serializer)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the serializer of `{V}`",
    label = "not a serializer that this viewset can show",
    note = "add `#[derive(refrain::Serializer)]` and `#[serializer(model = …)]` to `{Self}`",
    note = "where it has `computed` members: `impl refrain::Represent for {V}`"
)]
pub trait Shown<V>: Serializer {
    /// What is computed for these rows.
    fn computed_of(
        viewset: &V,
        cx: &Context<'_>,
        rows: &[<Self::Entity as EntityTrait>::Model],
    ) -> impl Future<Output = Result<Vec<Self::Computed>, Problem>> + Send;
}
