use std::{
    any::{Any, TypeId},
    marker::PhantomData,
    ops::Deref,
    sync::Arc,
};

use poem::{Request, RequestBody, http::Method};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaParamIn, MetaSchemaRef, Registry},
};
use sea_orm::Select;

use crate::{
    Db, Error,
    auth::User,
    http::{Problem, read},
    permission::Action,
    viewset::{
        ActionInfo, Actions, ActiveModelOf, CollectionAction, EntityOf, ModelOf, Mounted, MountedAction, RowAction,
        ViewSet,
        conditional::{Conditions, IfMatch},
        declare::{announce, marker},
        mount::{Asked, Visit},
        row::{ShownRow, ToldActions, lookup_columns, path_parameters},
        write::{Admitted, Looked, Write},
    },
};

/// The row a custom action is about, once its permissions admit it: an argument of an `#[OpenApi]` method.
///
/// ```
/// # use refrain::doc_example::cars::Cars;
/// use poem::http::Method;
/// use poem_openapi::OpenApi;
/// use refrain::{Problem, Row, RowAction, ShownRow};
///
/// struct Look;
///
/// // nothing declared: whoever may retrieve the car
/// impl RowAction for Look {
///     type Of = Cars;
///     const NAME: &'static str = "look";
///     const METHOD: Method = Method::GET;
/// }
///
/// struct Actions;
///
/// #[OpenApi]
/// impl Actions {
///     #[oai(path = "/cars/:id/look", method = "get", operation_id = "cars_look")]
///     async fn look(&self, id: Row<Look>) -> Result<ShownRow<Cars>, Problem> {
///         let may = id.permissions().await?;
///         println!("{} looks at {}, and may {}", id.caller().username, id.row.name, may.join(", "));
///         id.show().await
///     }
/// }
/// ```
///
/// One argument documents the path's parameter and the security, checks the permissions, and loads the row. It holds no
/// lock; to write the row take [`Locked`].
pub struct Row<A: RowAction> {
    /// The row.
    pub row: ModelOf<A::Of>,
    visit: Visit,
    viewset: Arc<Mounted<A::Of>>,
}

/// The row a custom action is about, locked in a transaction.
///
/// ```
/// # use refrain::doc_example::{car, cars::Cars};
/// use poem::http::Method;
/// use poem_openapi::{OpenApi, payload::PlainText};
/// use refrain::{Access, IsOwner, Locked, Problem, RowAction};
/// use sea_orm::ActiveValue::Set;
///
/// struct GiveAway;
///
/// impl RowAction for GiveAway {
///     type Of = Cars;
///     const NAME: &'static str = "give_away";
///     const METHOD: Method = Method::POST;
///
///     fn permissions() -> Access<car::Entity> {
///         Access::to(IsOwner)
///     }
/// }
///
/// struct Actions;
///
/// #[OpenApi]
/// impl Actions {
///     #[oai(path = "/cars/:id/give-away", method = "post", operation_id = "cars_give_away")]
///     async fn give_away(&self, id: Locked<GiveAway>) -> Result<PlainText<String>, Problem> {
///         // other rows are written in the same transaction, `id.db()`
///         id.caller().auth().remove_all_perms(id.db(), &id.row).await?;
///         if !id.row.published {
///             id.delete().await?;
///             return Ok(PlainText("nobody knew it".to_owned()));
///         }
///         let car = id.save(car::ActiveModel { name: Set("Given away".to_owned()), ..Default::default() }).await?;
///         Ok(PlainText(car.name))
///     }
/// }
/// ```
///
/// Write it through this value: [`save`](Self::save) judges the row again as it becomes, and commits. A handler that
/// writes a locked row through its own connection waits for itself. Dropped without a word, nothing is changed. What
/// the request says by `If-Match` is compared with the row under its lock (412).
pub struct Locked<A: RowAction> {
    /// The row, as it is under the lock.
    pub row: ModelOf<A::Of>,
    write: Write,
    viewset: Arc<Mounted<A::Of>>,
}

/// The rows of a collection that the caller may see, as a query to be filtered, ordered and loaded.
///
/// ```
/// # use refrain::doc_example::{car, cars::Cars};
/// use poem::http::Method;
/// use poem_openapi::{OpenApi, payload::PlainText};
/// use refrain::{CollectionAction, Problem, Rows};
/// use sea_orm::{ColumnTrait, QueryFilter};
///
/// struct Drafts;
///
/// impl CollectionAction for Drafts {
///     type Of = Cars;
///     const NAME: &'static str = "drafts";
///     const METHOD: Method = Method::GET;
/// }
///
/// struct Actions;
///
/// #[OpenApi]
/// impl Actions {
///     #[oai(path = "/cars/drafts", method = "get", operation_id = "cars_drafts")]
///     async fn drafts(&self, cars: Rows<Drafts>) -> Result<PlainText<String>, Problem> {
///         let rows = cars.rows.clone().filter(car::Column::Published.eq(false)).all(&cars.db()).await?;
///         let may = cars.permissions_of(&rows).await?;
///         let lines = rows.iter().zip(may).map(|(car, may)| format!("{}: {}\n", car.name, may.join(", ")));
///         Ok(PlainText(format!("{}\n{}", cars.caller().username, lines.collect::<String>())))
///     }
/// }
/// ```
///
/// They meet the action's own permissions and those of the list.
pub struct Rows<A: CollectionAction> {
    /// The rows. Every one of them may be seen; the rest of the table is out of reach.
    pub rows: Select<EntityOf<A::Of>>,
    visit: Visit,
    viewset: Arc<Mounted<A::Of>>,
    action: PhantomData<fn() -> A>,
}

impl<A: RowAction> Row<A> {
    /// Who asks.
    pub fn caller(&self) -> &User {
        &self.visit.user
    }

    /// What the caller may do with the row: `view`, `change`, `delete` and the names of the viewset's own actions, by the
    /// very rules that guard them.
    pub async fn permissions(&self) -> Result<Vec<&'static str>, Problem> {
        let of_rows = self.viewset.permissions_of(&self.visit, self.visit.db(), std::slice::from_ref(&self.row));
        Ok(of_rows.await?.pop().unwrap_or_default())
    }

    /// The row as its own route shows it to the caller, tag and all.
    pub async fn show(&self) -> Result<ShownRow<A::Of>, Problem> {
        self.viewset.show(&self.visit, &self.row).await
    }
}

impl<A: RowAction> Locked<A> {
    /// Who asks, with flags and permissions as they are under the lock.
    pub fn caller(&self) -> &User {
        &self.write.visit.user
    }

    /// The transaction, for writing other rows beside this one.
    pub fn db(&self) -> Db<'_> {
        self.write.db_of_hooks()
    }

    /// Writes the row, judges what it became, and commits: the row as written, or a refusal and no change.
    pub async fn save(self, changes: ActiveModelOf<A::Of>) -> Result<ModelOf<A::Of>, Problem> {
        let viewset = &self.viewset.viewset;
        let nothing = ToldActions::default();
        let written = self.write.update(viewset, &nothing, self.row, changes).await?;
        let Admitted { write, row, .. } = written.judged(viewset, &nothing).await?;
        self.viewset.commit(write, vec![row.row.clone()]).await?;
        Ok(row.row)
    }

    /// The same, and the row as its own route shows it to the caller.
    ///
    /// ```
    /// # use refrain::doc_example::{car, cars::Cars};
    /// use poem::http::Method;
    /// use poem_openapi::OpenApi;
    /// use refrain::{Access, HasPerm, Locked, Problem, RowAction, ShownRow};
    /// use sea_orm::ActiveValue::Set;
    ///
    /// struct Publish;
    ///
    /// impl RowAction for Publish {
    ///     type Of = Cars;
    ///     const NAME: &'static str = "publish";
    ///     const METHOD: Method = Method::POST;
    ///
    ///     fn permissions() -> Access<car::Entity> {
    ///         Access::to(HasPerm("drivers.publish_car"))
    ///     }
    /// }
    ///
    /// struct Actions;
    ///
    /// #[OpenApi]
    /// impl Actions {
    ///     #[oai(path = "/cars/:id/publish", method = "post", operation_id = "cars_publish")]
    ///     async fn publish(&self, id: Locked<Publish>) -> Result<ShownRow<Cars>, Problem> {
    ///         id.save_and_show(car::ActiveModel { published: Set(true), ..Default::default() }).await
    ///     }
    /// }
    /// ```
    ///
    /// It is made before the commit: where it cannot be made, nothing is changed.
    pub async fn save_and_show(self, changes: ActiveModelOf<A::Of>) -> Result<ShownRow<A::Of>, Problem> {
        let (viewset, told) = (&self.viewset.viewset, self.viewset.told());
        let written = self.write.update(viewset, told, self.row, changes).await?;
        let Admitted { write, row: judged, tell } = written.judged(viewset, told).await?;
        let row = judged.row.clone();
        let cx = write.visit.context(write.db()).about(Action::Retrieve);
        let shown = tell.shown(viewset, &cx, judged).await?;
        self.viewset.commit(write, vec![row]).await?;
        Ok(ShownRow::of(shown))
    }

    /// What the caller may do with the row as it is under the lock, as [`Row::permissions`] tells it.
    pub async fn permissions(&self) -> Result<Vec<&'static str>, Problem> {
        let row = std::slice::from_ref(&self.row);
        let of_rows = self.viewset.permissions_of(&self.write.visit, self.write.db(), row);
        Ok(of_rows.await?.pop().unwrap_or_default())
    }

    /// Deletes the row as the viewset does, and commits.
    pub async fn delete(self) -> Result<(), Problem> {
        let write = self.write.remove::<A::Of>(self.row.clone()).await?;
        self.viewset.commit(write, vec![self.row]).await
    }
}

impl<A: CollectionAction> Rows<A> {
    /// Who asks.
    pub fn caller(&self) -> &User {
        &self.visit.user
    }

    /// The connection to load the rows by.
    pub fn db(&self) -> Db<'_> {
        self.visit.db()
    }

    /// What the caller may do with each of these rows, in one statement: see [`Row::permissions`].
    pub async fn permissions_of(&self, rows: &[ModelOf<A::Of>]) -> Result<Vec<Vec<&'static str>>, Problem> {
        self.viewset.permissions_of(&self.visit, self.visit.db(), rows).await
    }
}

impl<A: RowAction> Deref for Row<A> {
    type Target = ModelOf<A::Of>;

    fn deref(&self) -> &Self::Target {
        &self.row
    }
}

impl<A: RowAction> Deref for Locked<A> {
    type Target = ModelOf<A::Of>;

    fn deref(&self) -> &Self::Target {
        &self.row
    }
}

/// What the three arguments tell poem-openapi: that they are a path's parameter and a security scheme, whose name the
/// site finds again in the finished document.
macro_rules! documents_row {
    ($if_match:expr) => {
        const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter, ApiExtractorType::SecurityScheme];
        const PARAM_IS_REQUIRED: bool = true;
        type ParamType = ();
        type ParamRawType = ();

        fn register(_: &mut Registry) {
            announce(ActionInfo { if_match: $if_match, ..row_action::<A>() });
        }

        fn security_schemes() -> Vec<&'static str> {
            vec![marker::<Row<A>>()]
        }

        fn param_in() -> Option<MetaParamIn> {
            Some(MetaParamIn::Path)
        }

        fn param_schema_ref() -> Option<MetaSchemaRef> {
            path_parameters::<A::Of>().into_iter().next().map(|(_, schema)| schema)
        }
    };
}

impl<'a, A: RowAction> ApiExtractor<'a> for Row<A> {
    documents_row!(IfMatch::Ignored);

    async fn from_request(request: &'a Request, _: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        let (Asked { visit, rule }, viewset) = asked::<Row<A>, A::Of>(request).await?;
        let named = viewset.row_of(&visit, request)?;
        let row = visit.named_row(&viewset.viewset, visit.db(), &rule, &named).await?;
        Ok(Self { row, visit, viewset })
    }
}

impl<'a, A: RowAction> ApiExtractor<'a> for Locked<A> {
    documents_row!(IfMatch::of_write(A::REQUIRES_IF_MATCH));

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let (Asked { visit, rule }, viewset) = asked::<Row<A>, A::Of>(request).await?;
        let named = viewset.row_of(&visit, request)?;
        let seen = visit.named_row(&viewset.viewset, visit.db(), &rule, &named).await?;
        let conditions = Conditions::of_write(&visit.headers, A::REQUIRES_IF_MATCH)?;
        viewset.check_conditions(&visit, visit.db(), &rule, &conditions, &seen).await?;
        // for the arguments behind this one: while the row is locked no sender is waited for
        if body.is_some() {
            *body = RequestBody::new(read(body, usize::MAX).await?.into());
        }
        let (write, row) = visit.begin_change(&viewset.viewset, &rule, &named, Looked::Yes).await?;
        viewset.check_conditions(&write.visit, write.db(), write.rule(), &conditions, &row).await?;
        Ok(Self { row, write, viewset })
    }
}

impl<'a, A: CollectionAction> ApiExtractor<'a> for Rows<A> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn register(_: &mut Registry) {
        announce(collection_action::<A>());
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![marker::<Self>()]
    }

    async fn from_request(request: &'a Request, _: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        let (rows, visit, viewset) = admitted_rows::<Self, A::Of>(request).await?;
        Ok(Self { rows, visit, viewset, action: PhantomData })
    }
}

impl<V: ViewSet> Mounted<V> {
    /// A row as its own route shows it to the caller, tag and all.
    pub(super) async fn show(&self, visit: &Visit, row: &ModelOf<V>) -> Result<ShownRow<V>, Problem> {
        let cx = visit.context(visit.db()).about(Action::Retrieve);
        let tell = self.told().ask(&cx).await?;
        Ok(ShownRow::of(tell.shown_row(&self.viewset, &cx, row).await?))
    }
}

/// The rows that the permissions of an argument admit, as a query.
pub(super) async fn admitted_rows<R: 'static, V: ViewSet>(
    request: &Request,
) -> Result<(Select<EntityOf<V>>, Visit, Arc<Mounted<V>>), Problem> {
    let (Asked { visit, rule }, viewset) = asked::<R, V>(request).await?;
    if rule.has_hooks() {
        let message = format!("rows of `{}` that a hook judges cannot be handed to a handler as a query", V::PATH);
        return Err(Error::wiring(message).into());
    }
    let rows = rule.among(visit.scope(&viewset.viewset, visit.db())?.rows());
    Ok((rows, visit, viewset))
}

/// What the permissions of an argument's action mean for the caller. It was asked before any argument was read, but for a
/// handler that the document does not tell of.
pub(super) async fn asked<R: 'static, V: ViewSet>(request: &Request) -> Result<(Asked, Arc<Mounted<V>>), Problem> {
    let MountedAction { guard, viewset } = mounted::<R>(request)?;
    let viewset = viewset.downcast::<Mounted<V>>();
    let viewset = viewset.map_err(|_| Error::wiring("an action met another viewset"))?;
    let before = request.extensions().get::<Asked>().filter(|asked| Arc::ptr_eq(&asked.visit.guard, &guard));
    let asked = match before {
        Some(asked) => asked.clone(),
        None => Visit::new(request, guard)?.ask().await?,
    };
    Ok((asked, viewset))
}

fn mounted<R: 'static>(request: &Request) -> Result<MountedAction, Problem> {
    let actions = request.extensions().get::<Arc<Actions>>();
    let mounted = actions.and_then(|actions| actions.0.get(&TypeId::of::<R>()).cloned());
    mounted.ok_or_else(|| {
        let name = std::any::type_name::<R>();
        let message = "was asked for outside the `Api` that mounts its viewset, or of a viewset that has no such route";
        Error::wiring(format!("`{name}` {message}")).into()
    })
}

fn row_action<A: RowAction>() -> ActionInfo {
    action::<Row<A>, A::Of>(A::NAME, || A::METHOD, A::CODENAME, || Box::new(A::permissions()), true)
}

pub(super) fn collection_action<A: CollectionAction>() -> ActionInfo {
    action::<Rows<A>, A::Of>(A::NAME, || A::METHOD, A::CODENAME, || Box::new(A::permissions()), false)
}

/// An action goes by its argument: a type may be an action on a row and another one on the collection.
fn action<R: 'static, V: ViewSet>(
    name: &'static str,
    method: fn() -> Method,
    codename: Option<&'static str>,
    access: fn() -> Box<dyn Any>,
    on_row: bool,
) -> ActionInfo {
    let (id, viewset) = (TypeId::of::<R>(), TypeId::of::<V>());
    let variables = || lookup_columns::<V>().len();
    let (marker, names_rows, if_match) = (marker::<R>(), false, IfMatch::Ignored);
    ActionInfo { id, viewset, name, method, codename, access, marker, on_row, names_rows, variables, if_match }
}
