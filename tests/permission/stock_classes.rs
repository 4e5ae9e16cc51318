//! What each class that looks at the caller and the action only says, in whichever way it is asked.

use poem::http::HeaderMap;
use refrain::{
    Action, AllowAny, Context, DenyAll, HasPerm, HasPerms, IntoPermissions, IsAdminUser, IsAuthenticated,
    IsAuthenticatedOrReadOnly, IsOwner, IsOwnerOrReadOnly, IsSuperuser, ModelPermissions,
    ModelPermissionsOrAnonReadOnly, ObjectPermissions, PermissionClass, ReadOnly, Rule, UserPasses,
    auth::{Auth, NewUser, User},
    model::ModelInfo,
    permission::CustomAction,
};
use refrain_testing::{TestDb, every_database};

use crate::support::{auth, car, sync, user};

/// `gone` is a superuser no more active; nobody is called ``.
const WHO: [&str; 8] = ["", "none", "viewer", "changer", "both", "staff", "root", "gone"];

const ACTIONS: [Action; 8] = [
    Action::List,
    Action::Create,
    Action::Retrieve,
    Action::Update,
    Action::PartialUpdate,
    Action::Destroy,
    Action::Metadata,
    Action::Custom(CustomAction { name: "export", safe: true, codename: None }),
];

fn is_safe(action: Action) -> bool {
    !matches!(action, Action::Create | Action::Update | Action::PartialUpdate | Action::Destroy)
}

fn holds_models(who: &str, action: Action) -> bool {
    match action {
        Action::Metadata => !who.is_empty(),
        Action::List | Action::Retrieve | Action::Custom(_) => ["viewer", "both", "root"].contains(&who),
        Action::Update | Action::PartialUpdate => ["changer", "both", "root"].contains(&who),
        Action::Create | Action::Destroy => who == "root",
    }
}

struct Site {
    auth: Auth,
    db: TestDb,
}

impl Site {
    /// As a request finds them: nothing of what they hold is known yet.
    async fn user(&self, name: &str) -> User {
        // who cannot be found is nobody
        let user = self.auth.user(self.db.db(), name).await.expect("users are read");
        user.unwrap_or_else(|| User::anonymous(&self.auth))
    }

    /// Asks as the library does, of a user of whom nothing is known and again, and as a class does that builds on it.
    async fn says<C>(&self, class: C, expected: impl Fn(&str, Action) -> bool)
    where
        C: PermissionClass + IntoPermissions + Copy,
    {
        let (model, headers) = (ModelInfo::of::<car::Entity>(), HeaderMap::new());
        let permissions = class.into_permissions();
        for who in WHO {
            for action in ACTIONS {
                let user = self.user(who).await;
                let cx = Context::new(&user, action, Some(&model), &headers, self.db.db());
                let what = format!("{permissions} of `{who}`, {action}");
                let expected = expected(who, action);
                let rule = if expected { Rule::Always } else { Rule::Never };
                assert_eq!(permissions.meaning(&cx).await.expect("they are read"), rule, "{what}");
                assert_eq!(permissions.meaning(&cx).await.expect("they are known"), rule, "{what}, again");
                let user = self.user(who).await;
                let cx = Context::new(&user, action, Some(&model), &headers, self.db.db());
                assert_eq!(class.has_permission(&cx).await.expect("they are read"), expected, "{what}, by itself");
            }
        }
    }
}

async fn site(db: TestDb) -> Site {
    let auth = auth();
    sync(&auth, &db).await;
    user(&auth, &db, NewUser::new("none"), &[]).await;
    user(&auth, &db, NewUser::new("viewer"), &["view"]).await;
    user(&auth, &db, NewUser::new("changer"), &["change"]).await;
    user(&auth, &db, NewUser::new("both"), &["view", "change"]).await;
    user(&auth, &db, NewUser::new("staff").staff(), &[]).await;
    user(&auth, &db, NewUser::new("root").superuser(), &[]).await;
    user(&auth, &db, NewUser::new("gone").superuser().inactive(), &["view"]).await;
    Site { auth, db }
}

#[every_database]
async fn each_class_says_the_same_however_it_is_asked(db: TestDb) {
    let site = site(db).await;
    site.says(AllowAny, |_, _| true).await;
    site.says(DenyAll, |_, _| false).await;
    site.says(IsAuthenticated, |who, _| !who.is_empty()).await;
    site.says(IsAdminUser, |who, _| ["staff", "root", "gone"].contains(&who)).await;
    site.says(IsSuperuser, |who, _| who == "root").await;
    site.says(IsAuthenticatedOrReadOnly, |who, action| is_safe(action) || !who.is_empty()).await;
    site.says(ReadOnly, |_, action| is_safe(action)).await;
    site.says(ModelPermissions, holds_models).await;
    site.says(ModelPermissionsOrAnonReadOnly, |who, action| is_safe(action) || holds_models(who, action)).await;
    site.says(HasPerm("drivers.view_car"), |who, _| ["viewer", "both", "root"].contains(&who)).await;
    let all = HasPerms(["drivers.view_car", "drivers.change_car"]);
    site.says(all, |who, _| ["both", "root"].contains(&who)).await;
    let of_four_letters = UserPasses("has a name of four letters", |user: &User| user.username.len() == 4);
    site.says(of_four_letters, |who, _| who.len() == 4).await;
}

/// A class that builds on one of these asks its rows itself.
#[every_database]
async fn each_class_of_rows_says_the_same_however_it_is_asked(db: TestDb) {
    let site = site(db).await;
    let (model, headers) = (ModelInfo::of::<car::Entity>(), HeaderMap::new());
    for who in WHO {
        for action in ACTIONS {
            let user = site.user(who).await;
            let cx = Context::new(&user, action, Some(&model), &headers, site.db.db());
            let (owned, shared) = (IsOwner.into_permissions(), ObjectPermissions.into_permissions());
            let (owned, shared) = (owned.meaning(&cx).await.unwrap(), shared.meaning(&cx).await.unwrap());
            let what = format!("`{who}`, {action}");
            assert_eq!(IsOwner.rows(&cx).await.unwrap(), owned, "{what}");
            assert_eq!(owned == Rule::Never, who.is_empty(), "{what}");
            let or_read = IsOwnerOrReadOnly.rows(&cx).await.unwrap();
            assert_eq!(or_read, if is_safe(action) { Rule::Always } else { owned }, "{what}");

            assert_eq!(ObjectPermissions.rows(&cx).await.unwrap(), shared, "{what}");
            if !who.is_empty() {
                assert_eq!(ObjectPermissions.with_anonymous().rows(&cx).await.unwrap(), shared, "{what}");
            }
            if ["", "gone"].contains(&who) {
                assert_eq!(shared, Rule::Never, "{what}: nothing was granted to nobody, nor counts for who is gone");
            }
        }
    }
}

#[test]
fn reading_asks_no_permission_where_anybody_may_read() {
    let model = ModelInfo::of::<car::Entity>();
    for action in ACTIONS {
        let asked = ModelPermissionsOrAnonReadOnly.permissions_asked(Some(&model), action);
        let expected =
            if is_safe(action) { Vec::new() } else { ModelPermissions.permissions_asked(Some(&model), action) };
        assert_eq!(asked, expected, "{action}");
        assert_eq!(asked.is_empty(), is_safe(action), "{action}");
    }
}
