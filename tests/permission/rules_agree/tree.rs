//! Expressions of permission classes, at random.

use std::borrow::Cow;

use proptest::prelude::*;
use refrain::{
    AllowAny, Context, DenyAll, Error, HasPerm, Hook, IntoPermissions, IsAdminUser, IsAuthenticated,
    IsAuthenticatedOrReadOnly, IsOwner, IsOwnerOrReadOnly, IsSuperuser, Lists, ModelPermissions, PermissionClass,
    Permissions, ReadOnly, Result, RowHook, Rule, async_trait, permission::Classes,
};
use sea_orm::{ConnectionTrait, sea_query::Expr};

use super::{
    condition::{Condition, conditions},
    world::car,
};

/// An expression before it is one.
#[derive(Clone, Debug)]
pub enum Tree {
    Stock(Stock),
    Own(Own),
    /// A row hook, in memory, that admits the cars with these keys.
    Hook(Vec<i64>),
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
}

#[derive(Clone, Copy, Debug)]
pub enum Stock {
    AllowAny,
    DenyAll,
    IsAuthenticated,
    IsAdminUser,
    IsSuperuser,
    IsAuthenticatedOrReadOnly,
    ReadOnly,
    ModelPermissions,
    HasPerm,
    IsOwner,
    IsOwnerOrReadOnly,
}

/// A class of a test's own.
#[derive(Clone, Debug)]
pub struct Own {
    pub condition: Condition,
    /// it asks nothing of who only reads
    pub reads_freely: bool,
    /// it is for staff
    pub for_staff: bool,
    /// its rule is the negation of the condition
    pub negates: bool,
    /// it needs a future to answer
    pub waits: bool,
    pub fault: Option<Fault>,
}

/// How asking a class goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// Its question to the database fails.
    Asking,
    /// Its condition reads a table that is not there.
    Judging,
}

/// What an expression is made of beside sound classes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum With {
    Nothing,
    Faults,
    Hooks,
}

pub fn trees(with: With) -> impl Strategy<Value = Tree> {
    use Stock::*;
    let stock = prop::sample::select(vec![
        AllowAny,
        DenyAll,
        IsAuthenticated,
        IsAdminUser,
        IsSuperuser,
        IsAuthenticatedOrReadOnly,
        ReadOnly,
        ModelPermissions,
        HasPerm,
        IsOwner,
        IsOwnerOrReadOnly,
    ]);
    let fault = prop_oneof![2 => Just(None), 2 => Just(Some(Fault::Asking)), 1 => Just(Some(Fault::Judging))];
    let fault = fault.prop_map(move |fault| fault.filter(|_| with == With::Faults));
    let often = prop::bool::weighted(0.3);
    let own = (conditions(), often, prop::bool::weighted(0.2), any::<bool>(), any::<bool>(), fault);
    let own = own.prop_map(|(condition, reads_freely, for_staff, negates, waits, fault)| {
        Tree::Own(Own { condition, reads_freely, for_staff, negates, waits, fault })
    });
    let hook = prop::sample::subsequence(vec![1, 2, 3, 4, 5], 0..=5).prop_map(Tree::Hook);
    let hooks = if with == With::Hooks { 3 } else { 0 };
    let leaf = prop_oneof![2 => stock.prop_map(Tree::Stock), 3 => own, hooks => hook];
    leaf.prop_recursive(5, 14, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..=3).prop_map(Tree::And),
            prop::collection::vec(inner.clone(), 2..=3).prop_map(Tree::Or),
            inner.prop_map(|tree| Tree::Not(Box::new(tree))),
        ]
    })
}

impl Tree {
    /// The expression, and the classes to read it again from text.
    pub fn permissions(&self) -> (Permissions, Classes) {
        let mut classes = Classes::default();
        let mut named = 0;
        (self.build(&mut classes, &mut named), classes)
    }

    fn build(&self, classes: &mut Classes, named: &mut usize) -> Permissions {
        let mut all = |parts: &[Tree]| parts.iter().map(|part| part.build(classes, named)).collect();
        match self {
            Self::Stock(stock) => stock.permissions(),
            Self::Own(own) => {
                *named += 1;
                let name = format!("Own{named}");
                let permissions = Named(name.clone(), own.clone()).into_permissions();
                *classes = std::mem::take(classes).with(name, permissions.clone());
                permissions
            }
            Self::Hook(admitted) => Hook(Among(admitted.clone())).into_permissions(),
            Self::And(parts) => Permissions::And(all(parts)),
            Self::Or(parts) => Permissions::Or(all(parts)),
            Self::Not(part) => Permissions::Not(Box::new(part.build(classes, named))),
        }
    }

    /// The same with nothing going wrong.
    pub fn mended(&self) -> Self {
        match self {
            Self::Stock(stock) => Self::Stock(*stock),
            Self::Own(own) => Self::Own(Own { fault: None, ..own.clone() }),
            Self::Hook(admitted) => Self::Hook(admitted.clone()),
            Self::And(parts) => Self::And(parts.iter().map(Self::mended).collect()),
            Self::Or(parts) => Self::Or(parts.iter().map(Self::mended).collect()),
            Self::Not(part) => Self::Not(Box::new(part.mended())),
        }
    }
}

impl Stock {
    fn permissions(self) -> Permissions {
        match self {
            Self::AllowAny => AllowAny.into_permissions(),
            Self::DenyAll => DenyAll.into_permissions(),
            Self::IsAuthenticated => IsAuthenticated.into_permissions(),
            Self::IsAdminUser => IsAdminUser.into_permissions(),
            Self::IsSuperuser => IsSuperuser.into_permissions(),
            Self::IsAuthenticatedOrReadOnly => IsAuthenticatedOrReadOnly.into_permissions(),
            Self::ReadOnly => ReadOnly.into_permissions(),
            Self::ModelPermissions => ModelPermissions.into_permissions(),
            Self::HasPerm => HasPerm("agree.publish_car").into_permissions(),
            Self::IsOwner => IsOwner.into_permissions(),
            Self::IsOwnerOrReadOnly => IsOwnerOrReadOnly.into_permissions(),
        }
    }
}

struct Named(String, Own);

#[async_trait]
impl PermissionClass for Named {
    type Model = car::Entity;

    async fn has_permission(&self, cx: &Context<'_>) -> Result<bool> {
        if self.1.fault == Some(Fault::Asking) {
            cx.db().execute_unprepared("SELECT nothing FROM agree_nowhere").await?;
        }
        tokio::task::yield_now().await;
        Ok(self.is_for(cx))
    }

    async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
        Ok(self.rule(cx))
    }

    fn name(&self) -> Cow<'static, str> {
        self.0.clone().into()
    }

    fn meaning_now(&self, cx: &Context<'_>) -> Option<Result<Rule>> {
        if self.1.waits {
            return None;
        }
        Some(match self.1.fault {
            Some(Fault::Asking) => Err(Error::could_not_tell("no answer")),
            _ if !self.is_for(cx) => Ok(Rule::Never),
            _ => Ok(self.rule(cx)),
        })
    }
}

impl Named {
    fn is_for(&self, cx: &Context<'_>) -> bool {
        !self.1.for_staff || cx.user().is_staff
    }

    fn rule(&self, cx: &Context<'_>) -> Rule {
        if self.1.reads_freely && cx.action().is_safe() {
            return Rule::Always;
        }
        let rule = match self.1.fault {
            Some(Fault::Judging) => Rule::when(Expr::cust("EXISTS (SELECT 1 FROM agree_nowhere)")),
            _ => Rule::when(self.1.condition.sql()),
        };
        if self.1.negates { !rule } else { rule }
    }
}

struct Among(Vec<i64>);

#[async_trait]
impl RowHook for Among {
    type Entity = car::Entity;
    const LISTS: Lists = Lists::InMemory { at_most: 100 };

    async fn has_object_permission(&self, _: &Context<'_>, row: &car::Model) -> Result<bool> {
        Ok(self.0.contains(&row.id))
    }
}
