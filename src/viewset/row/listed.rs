use std::sync::Arc;

use poem::{FromRequest, Request, RequestBody};
use sea_orm::Select;

use crate::{
    Db,
    auth::User,
    http::Problem,
    viewset::{
        EntityOf, ModelOf, Mounted, ViewSet,
        mount::Visit,
        row::{ShownRow, arguments::admitted_rows},
    },
};

/// The rows that a viewset lists for the caller, and what they may do with each: an argument of any handler, whether it
/// belongs to the API or is a page beside it.
///
/// ```
/// # use refrain::doc_example::{car, cars::Cars};
/// use poem::{EndpointExt, Route, get, handler, web::Html};
/// use refrain::{BuiltApi, IsAuthenticated, Listed, Problem, Result};
///
/// #[handler]
/// async fn page(cars: Listed<Cars>) -> Result<Html<String>, Problem> {
///     let rows = cars.rows.clone().all(&cars.db()).await?;
///     let may = cars.permissions_of(&rows).await?;
///     let line = |(car, may): (&car::Model, &Vec<&str>)| match may.contains(&"change") {
///         true => format!("<li><a href=\"/cars/{}/edit\">edit</a></li>", car.id),
///         false => "<li></li>".to_owned(),
///     };
///     Ok(Html(rows.iter().zip(&may).map(line).collect()))
/// }
///
/// fn pages(api: &BuiltApi) -> Result<Route> {
///     Ok(Route::new().at("/cars", get(page).with(api.guarding(IsAuthenticated)?)))
/// }
/// ```
///
/// It asks what the list asks, and whoever may not list is refused as there, behind what guards the handler itself; the
/// list's own throttles are not asked. The rows are the model's, with every column: a field by permission is the
/// serializer's affair, and [`show`](Self::show) leaves it out.
///
/// A viewset that has no list, or one below another's rows alone, has nothing to hand over, nor has one whose lists ask row
/// hooks: that is an error.
#[doc(alias = "get_objects_for_user")]
pub struct Listed<V: ViewSet> {
    /// The rows. Every one of them may be seen; the rest of the table is out of reach.
    pub rows: Select<EntityOf<V>>,
    visit: Visit,
    viewset: Arc<Mounted<V>>,
}

impl<V: ViewSet> Listed<V> {
    /// Who asks.
    pub fn caller(&self) -> &User {
        &self.visit.user
    }

    /// The connection to load the rows by.
    pub fn db(&self) -> Db<'_> {
        self.visit.db()
    }

    /// What the caller may do with each of these rows, in one statement: `view`, `change`, `delete` and the names of the
    /// viewset's own actions, by the very rules that guard them.
    pub async fn permissions_of(&self, rows: &[ModelOf<V>]) -> Result<Vec<Vec<&'static str>>, Problem> {
        self.viewset.permissions_of(&self.visit, self.visit.db(), rows).await
    }

    /// The row, one of these, as its own route shows it to the caller, tag and all.
    ///
    /// ```
    /// # use refrain::doc_example::{car, cars::Cars};
    /// use poem::handler;
    /// use refrain::{Listed, Problem};
    ///
    /// #[handler]
    /// async fn page(cars: Listed<Cars>) -> Result<String, Problem> {
    ///     let mut page = format!("for {}\n", cars.caller().username);
    ///     for car in cars.rows.clone().all(&cars.db()).await? {
    ///         page += cars.show(&car).await?.json();
    ///     }
    ///     Ok(page)
    /// }
    /// ```
    pub async fn show(&self, row: &ModelOf<V>) -> Result<ShownRow<V>, Problem> {
        self.viewset.show(&self.visit, row).await
    }
}

impl<'a, V: ViewSet> FromRequest<'a> for Listed<V> {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        let (rows, visit, viewset) = admitted_rows::<Self, V>(request).await?;
        Ok(Self { rows, visit, viewset })
    }
}
