use std::{any::TypeId, borrow::Cow};

use async_trait::async_trait;

use super::{Action, Asking, Context, Denial, Over, Rule};
use crate::{Error, Result, model::ModelInfo};

/// Says what a caller may do, and to which rows.
///
/// The owner rule: reading is for everybody the other classes let in, writing is for the row's owner.
///
/// ```
/// use refrain::{Context, Operators, PermissionClass, Result, Rule, async_trait};
/// # use refrain::doc_example::car;
///
/// #[derive(Clone, Copy, Operators)]
/// struct IsOwnerOrReadOnly;
///
/// #[async_trait]
/// impl PermissionClass for IsOwnerOrReadOnly {
///     type Model = car::Entity;
///
///     async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
///         if cx.action().is_safe() {
///             return Ok(Rule::Always);
///         }
///         Ok(cx.user().owns(car::Column::OwnerId))
///     }
/// }
/// ```
///
/// Both hooks may be left out. Together they are the class's meaning: no row at all where `has_permission` says no, else
/// `rows`. `&`, `|` and `!` combine meanings, so that a list shows exactly the rows whose detail route answers. A class
/// must answer from the context alone, not from what it was asked before.
#[doc(alias = "BasePermission")]
#[async_trait]
pub trait PermissionClass: Send + Sync + 'static {
    /// The models it can judge: an entity, [`OwnedModel`](super::OwnedModel) or [`AnyModel`](super::AnyModel).
    type Model: Over;

    /// Can this hold for the caller and the action at all?
    ///
    /// ```
    /// use refrain::{AnyModel, Context, Operators, PermissionClass, Result, async_trait};
    ///
    /// /// Who came with an address of ours.
    /// #[derive(Clone, Copy, Operators)]
    /// struct IsColleague;
    ///
    /// #[async_trait]
    /// impl PermissionClass for IsColleague {
    ///     type Model = AnyModel;
    ///
    ///     async fn has_permission(&self, cx: &Context<'_>) -> Result<bool> {
    ///         Ok(cx.user().email.ends_with("@example.com"))
    ///     }
    /// }
    /// ```
    async fn has_permission(&self, _cx: &Context<'_>) -> Result<bool> {
        Ok(true)
    }

    /// For which rows?
    #[doc(alias = "has_object_permission")]
    async fn rows(&self, _cx: &Context<'_>) -> Result<Rule> {
        Ok(Rule::Always)
    }

    /// How it is written in an expression; the type's name where nothing is said.
    ///
    /// ```
    /// use std::borrow::Cow;
    ///
    /// use refrain::{AnyModel, Context, PermissionClass, Result, async_trait};
    ///
    /// struct HasDomain(&'static str);
    ///
    /// #[async_trait]
    /// impl PermissionClass for HasDomain {
    ///     type Model = AnyModel;
    ///
    ///     async fn has_permission(&self, cx: &Context<'_>) -> Result<bool> {
    ///         Ok(cx.user().email.split_once('@').is_some_and(|(_, domain)| domain == self.0))
    ///     }
    ///
    ///     fn name(&self) -> Cow<'static, str> {
    ///         format!("HasDomain({:?})", self.0).into()
    ///     }
    /// }
    ///
    /// assert_eq!(HasDomain("example.com").name(), "HasDomain(\"example.com\")");
    /// ```
    fn name(&self) -> Cow<'static, str> {
        type_name::<Self>().into()
    }

    /// What a caller is told whom this class refused (CONTRACT 6.11); `permission_denied` where nothing is said.
    ///
    /// ```
    /// use refrain::{AnyModel, Context, Denial, PermissionClass, Result, async_trait};
    ///
    /// struct IsOffice;
    ///
    /// #[async_trait]
    /// impl PermissionClass for IsOffice {
    ///     type Model = AnyModel;
    ///
    ///     async fn has_permission(&self, cx: &Context<'_>) -> Result<bool> {
    ///         Ok(cx.headers().contains_key("x-office"))
    ///     }
    ///
    ///     fn denial(&self) -> Denial {
    ///         Denial::new("not_at_the_office", "Come to the office for this.")
    ///     }
    /// }
    /// # assert_eq!(IsOffice.denial().code, "not_at_the_office");
    /// ```
    #[doc(alias("message", "code"))]
    fn denial(&self) -> Denial {
        Denial::default()
    }

    /// The permissions it asks for, as labels.
    ///
    /// ```
    /// use refrain::{Action, AnyModel, Context, PermissionClass, Result, async_trait, model::ModelInfo};
    ///
    /// struct MayExport;
    ///
    /// #[async_trait]
    /// impl PermissionClass for MayExport {
    ///     type Model = AnyModel;
    ///
    ///     async fn has_permission(&self, cx: &Context<'_>) -> Result<bool> {
    ///         cx.user().has_perm(cx.db(), "drivers.export_car").await
    ///     }
    ///
    ///     fn permissions_asked(&self, _model: Option<&ModelInfo>, _action: Action) -> Vec<String> {
    ///         vec!["drivers.export_car".to_owned()]
    ///     }
    /// }
    /// ```
    ///
    /// They are for the document, for `check`, and for authentication, which reads whether the caller holds them. One
    /// that is left out is asked for all the same, by a statement more.
    fn permissions_asked(&self, _model: Option<&ModelInfo>, _action: Action) -> Vec<String> {
        Vec::new()
    }

    /// Can it stand before this model's rows, or before a plain handler? Asked when the API is built; the error says why not.
    ///
    /// ```
    /// # use refrain::doc_example::car;
    /// use refrain::{IsOwner, PermissionClass, model::ModelInfo};
    ///
    /// assert!(IsOwner.fits(Some(&ModelInfo::of::<car::Entity>())).is_ok());
    /// assert!(IsOwner.fits(None).is_err());
    /// ```
    fn fits(&self, model: Option<&ModelInfo>) -> std::result::Result<(), String> {
        <Self::Model as Over>::fits(model)
    }

    /// Answers at once where no future is needed, from the caller's flags, key and permissions and from the action; how
    /// the stock classes stay cheap.
    #[doc(hidden)]
    fn meaning_now(&self, _cx: &Context<'_>) -> Option<Result<Rule>> {
        None
    }
}

/// A class with its types erased. Users implement [`PermissionClass`]; everything else works on this.
pub trait ErasedClass: Send + Sync {
    fn meaning_now(&self, cx: &Context<'_>) -> Option<Result<Rule>>;
    fn meaning<'a>(&'a self, cx: &'a Context<'a>) -> Asking<'a, Rule>;
    fn fits(&self, model: Option<&ModelInfo>) -> std::result::Result<(), String>;
    fn permissions_asked(&self, model: Option<&ModelInfo>, action: Action) -> Vec<String>;
    fn denial(&self) -> Denial;
    fn name(&self) -> Cow<'static, str>;
    /// The type, where it has one value only: two of them are one class.
    fn only_value(&self) -> Option<TypeId>;
}

impl<C: PermissionClass> ErasedClass for C {
    fn meaning_now(&self, cx: &Context<'_>) -> Option<Result<Rule>> {
        PermissionClass::meaning_now(self, cx).map(|meaning| meaning.map_err(Error::undecided))
    }

    fn meaning<'a>(&'a self, cx: &'a Context<'a>) -> Asking<'a, Rule> {
        Box::pin(async move {
            match self.has_permission(cx).await {
                Ok(true) => self.rows(cx).await,
                Ok(false) => Ok(Rule::Never),
                Err(error) => Err(error),
            }
            .map_err(Error::undecided)
        })
    }

    fn fits(&self, model: Option<&ModelInfo>) -> std::result::Result<(), String> {
        PermissionClass::fits(self, model)
    }

    fn permissions_asked(&self, model: Option<&ModelInfo>, action: Action) -> Vec<String> {
        PermissionClass::permissions_asked(self, model, action)
    }

    fn denial(&self) -> Denial {
        PermissionClass::denial(self)
    }

    fn name(&self) -> Cow<'static, str> {
        PermissionClass::name(self)
    }

    fn only_value(&self) -> Option<TypeId> {
        (size_of::<C>() == 0).then(TypeId::of::<C>)
    }
}

/// The last part of a type's path, without its parameters.
pub(crate) fn type_name<T: ?Sized>() -> &'static str {
    let path = std::any::type_name::<T>();
    let bare = path.split('<').next().unwrap_or(path);
    bare.rsplit("::").next().unwrap_or(bare)
}
