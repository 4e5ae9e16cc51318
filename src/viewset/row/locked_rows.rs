use std::sync::Arc;

use poem::{Request, RequestBody};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions, registry::Registry};

use super::{
    ToldActions,
    arguments::{Rows, asked, collection_action},
};
use crate::{
    Db, Error,
    auth::User,
    http::Problem,
    permission::Rule,
    viewset::{
        ActionInfo, ActiveModelOf, CollectionAction, EntityOf, ModelOf, Mounted, ViewSet,
        bulk::{KeyOf, NamedRows},
        declare::{announce, marker},
        mount::{Asked, Visit},
        write::Write,
    },
};

/// Many rows for an action on the collection, to be locked and written in one transaction: an argument of an `#[OpenApi]`
/// method.
///
/// ```
/// # use refrain::doc_example::{car, cars::Cars};
/// use poem::http::Method;
/// use poem_openapi::{OpenApi, payload::Json};
/// use refrain::{Access, CollectionAction, HasPerm, LockedRows, Problem, Serializer, Valid};
/// use sea_orm::ActiveValue::Set;
///
/// struct PublishMany;
///
/// impl CollectionAction for PublishMany {
///     type Of = Cars;
///     const NAME: &'static str = "publish_many";
///     const METHOD: Method = Method::POST;
///
///     fn permissions() -> Access<car::Entity> {
///         Access::to(HasPerm("drivers.publish_car"))
///     }
/// }
///
/// #[derive(Serializer)]
/// struct Keys {
///     ids: Vec<i64>,
/// }
///
/// struct Actions;
///
/// #[OpenApi]
/// impl Actions {
///     #[oai(path = "/cars/publish", method = "post", operation_id = "cars_publish_many")]
///     async fn publish(&self, cars: LockedRows<PublishMany>, keys: Valid<Keys>) -> Result<Json<usize>, Problem> {
///         let cars = cars.lock(keys.0.ids).await?;
///         let changes = cars.rows.iter().map(|_| car::ActiveModel { published: Set(true), ..Default::default() });
///         let changes = changes.collect();
///         Ok(Json(cars.save(changes).await?.len()))
///     }
/// }
/// ```
///
/// The rows meet the action's own permissions and those of the list.
pub struct LockedRows<A: CollectionAction> {
    visit: Visit,
    rule: Rule,
    viewset: Arc<Mounted<A::Of>>,
}

/// The rows that [`LockedRows::lock`] locked.
///
/// ```
/// # use refrain::doc_example::{car, cars::Cars};
/// use poem::http::Method;
/// use refrain::{Access, CollectionAction, IsOwner, LockedBatch, Problem};
/// use sea_orm::ActiveValue::Set;
///
/// struct Tidy;
///
/// impl CollectionAction for Tidy {
///     type Of = Cars;
///     const NAME: &'static str = "tidy";
///     const METHOD: Method = Method::POST;
///
///     fn permissions() -> Access<car::Entity> {
///         Access::to(IsOwner)
///     }
/// }
///
/// async fn tidy(cars: LockedBatch<Tidy>, away: bool) -> Result<(), Problem> {
///     // other rows are written in the same transaction, `cars.db()`
///     let auth = cars.caller().auth();
///     for car in &cars.rows {
///         auth.remove_all_perms(cars.db(), car).await?;
///     }
///     if away {
///         return cars.delete().await;
///     }
///     let hide = |_| car::ActiveModel { published: Set(false), ..Default::default() };
///     let changes = cars.rows.iter().map(hide).collect();
///     cars.save(changes).await.map(drop)
/// }
/// ```
///
/// Dropped without a word, nothing is changed.
pub struct LockedBatch<A: CollectionAction> {
    /// The rows as they are under the lock, in the order in which they were named.
    pub rows: Vec<ModelOf<A::Of>>,
    write: Write,
    viewset: Arc<Mounted<A::Of>>,
}

impl<A: CollectionAction> LockedRows<A> {
    /// Who asks.
    ///
    /// ```
    /// # use refrain::doc_example::cars::Cars;
    /// use refrain::{CollectionAction, LockedRows};
    ///
    /// fn log<A: CollectionAction>(cars: &LockedRows<A>) {
    ///     println!("{} writes many", cars.caller().username);
    /// }
    /// ```
    pub fn caller(&self) -> &User {
        &self.visit.user
    }

    /// Locks the rows with these keys in one transaction and judges them, in as many statements as one row takes.
    ///
    /// Rows that are not there or that the caller may not view are 404, rows that they may view and not write 403; both say
    /// in which places of `keys` they stand. A key that is given twice, and more keys than
    /// [`BULK_LIMIT`](ViewSet::BULK_LIMIT), are 400.
    pub async fn lock(self, keys: impl IntoIterator<Item = KeyOf<EntityOf<A::Of>>>) -> Result<LockedBatch<A>, Problem> {
        let Self { visit, rule, viewset } = self;
        let most = <A::Of as ViewSet>::BULK_LIMIT;
        let named = NamedRows::<EntityOf<A::Of>>::of_keys(keys.into_iter().take(most.saturating_add(1)));
        if named.len() > most {
            let sentence = format!("Ensure this list has no more than {most} items.");
            return Err(Problem::invalid([(crate::http::WHOLE_BODY, sentence)]));
        }
        visit.named_rows(&viewset.viewset, visit.db(), &rule, &named).await?;
        let (write, rows) = visit.begin_change_of_many(&viewset.viewset, &rule, &named).await?;
        Ok(LockedBatch { rows, write, viewset })
    }
}

impl<A: CollectionAction> LockedBatch<A> {
    /// Who asks, with flags and permissions as they are under the lock.
    pub fn caller(&self) -> &User {
        &self.write.visit.user
    }

    /// The transaction, for writing other rows beside these.
    pub fn db(&self) -> Db<'_> {
        self.write.db_of_hooks()
    }

    /// Writes the rows, the first changes to the first row and so on, judges what each became, and commits: the rows as
    /// written, or a refusal that names places and no change.
    pub async fn save(self, changes: Vec<ActiveModelOf<A::Of>>) -> Result<Vec<ModelOf<A::Of>>, Problem> {
        let Self { rows, mut write, viewset } = self;
        if changes.len() != rows.len() {
            let message = format!("{} changes were given for {} locked rows", changes.len(), rows.len());
            return Err(Error::wiring(message).into());
        }
        let mut written = Vec::with_capacity(rows.len());
        for (place, (before, changes)) in rows.into_iter().zip(changes).enumerate() {
            let changed;
            let update = write.update_one_of_many(&viewset.viewset, before, changes).await;
            (write, changed, _) = update.map_err(|problem| problem.in_place(place))?;
            written.push(changed);
        }
        let (judged, _) = write.judge_many(&viewset.viewset, &ToldActions::default(), &written, &[]).await?;
        let rows: Vec<_> = judged.into_iter().map(|judged| judged.row).collect();
        viewset.commit(write, rows.clone()).await?;
        Ok(rows)
    }

    /// Deletes the rows as the viewset does, and commits.
    pub async fn delete(self) -> Result<(), Problem> {
        let Self { rows, write, viewset } = self;
        let write = write.remove_many::<A::Of>(&rows).await?;
        viewset.commit(write, rows).await
    }
}

impl<'a, A: CollectionAction> ApiExtractor<'a> for LockedRows<A> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn register(_: &mut Registry) {
        announce(ActionInfo { names_rows: true, ..collection_action::<A>() });
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![marker::<Rows<A>>()]
    }

    async fn from_request(request: &'a Request, _: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        let (Asked { visit, rule }, viewset) = asked::<Rows<A>, A::Of>(request).await?;
        Ok(Self { visit, rule, viewset })
    }
}
