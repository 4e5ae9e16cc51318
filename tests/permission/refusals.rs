//! What does not fit, and no type can say, is refused when the API is built, in words that say what to write.

use poem::http::Method;
use poem_openapi::{OpenApi, param::Path, payload::PlainText};
use refrain::{
    Access, Api, Context, Guarded, HandlerPermissions, HasPerm, Hook, IntoPermissions, IsAuthenticated, IsOwner, Lists,
    ModelPermissionsOrAnonReadOnly, Operators, PermissionClass, Permissions, Result, Row, RowAction, RowHook, Rule,
    Serializer, ViewSet, api::Part, async_trait, permission::Classes,
};
use sea_orm::{ColumnTrait, DatabaseConnection};

use crate::support::{self, Rules, car, cars};

mod garage {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "drivers_garage")]
    #[refrain(app = "drivers", model = "Garage")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = garage)]
struct Garage {
    #[serializer(read_only)]
    id: i64,
    name: String,
}

/// Nobody owns a garage.
struct Garages;

impl ViewSet for Garages {
    type Serializer = Garage;
    const PATH: &'static str = "/garages";
}

struct Undeclared;

impl Rules for Undeclared {}

#[derive(Clone, Copy, Operators)]
struct IsPublished;

#[async_trait]
impl PermissionClass for IsPublished {
    type Model = car::Entity;

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        Ok(Rule::when(car::Column::Published.eq(true)))
    }
}

struct Palindrome;

#[async_trait]
impl RowHook for Palindrome {
    type Entity = car::Entity;
    const LISTS: Lists = Lists::InMemory { at_most: 100 };

    async fn has_object_permission(&self, _: &Context<'_>, row: &car::Model) -> Result<bool> {
        Ok(row.name.chars().eq(row.name.chars().rev()))
    }
}

/// Nothing here gets as far as asking a database.
fn api() -> Api {
    Api::new("Drivers", "1.0", DatabaseConnection::default())
}

#[track_caller]
fn says(api: Api<impl Part>, expected: &str) {
    match api.build() {
        Ok(_) => panic!("nothing was refused"),
        Err(error) => assert_eq!(error.to_string(), expected),
    }
}

#[test]
fn a_default_about_owners_needs_models_with_owners() {
    let expected = "the viewset `/garages`: the permission class `IsOwner` asks for the owner of a row, and \
                    `drivers.garage` declares no owner; name the column on the entity: \
                    `#[refrain(owner = \"owner_id\")]`";
    says(api().default_permissions(IsAuthenticated & !IsOwner).mount(Garages), expected);
    says(api().default_permissions(IsOwner).mount(cars::<Undeclared>()).mount(Garages), expected);
    assert!(api().default_permissions(IsOwner).mount(cars::<Undeclared>()).build().is_ok());
}

#[test]
fn a_class_from_configuration_judges_its_own_model_only() {
    let classes = Classes::default().with("IsPublished", IsPublished).with("Palindrome", Hook(Palindrome));
    let read = |text: &str| classes.parse(text).expect("the classes are registered");
    says(
        api().default_permissions(read("IsAuthenticated & (IsAdminUser | IsPublished)")).mount(Garages),
        "the viewset `/garages`: the permission class `IsPublished` judges rows of another model than `drivers.garage`",
    );
    says(
        api().default_permissions(read("!Palindrome")).mount(Garages),
        "the viewset `/garages`: the permission class `Hook(Palindrome)` judges rows of another model than \
         `drivers.garage`",
    );
    assert!(api().default_permissions(read("IsPublished | Palindrome")).mount(cars::<Undeclared>()).build().is_ok());
}

struct MayOwn;

impl HandlerPermissions for MayOwn {
    fn permissions() -> impl IntoPermissions {
        IsAuthenticated & IsOwner
    }
}

struct Owners;

#[OpenApi]
impl Owners {
    #[oai(path = "/owners", method = "get")]
    async fn owners(&self, _caller: Guarded<MayOwn>) -> PlainText<&'static str> {
        PlainText("")
    }
}

#[test]
fn a_plain_handler_has_no_rows_to_judge() {
    let owner = "the permission class `IsOwner` asks for the owner of a row, and a plain handler has no rows";
    says(api().handler_permissions(IsOwner), owner);
    says(api().with(Owners), owner);
    says(
        api().handler_permissions(IsPublished),
        "the permission class `IsPublished` judges rows, and a plain handler has none",
    );
}

#[test]
fn an_empty_list_of_classes_is_no_open_door() {
    let expected = "an empty list of permission classes would let everybody in; write `AllowAny` to mean it";
    let in_viewset = "the viewset `/garages`: an empty list of permission classes would let everybody in; write \
                      `AllowAny` to mean it";
    let (and, or) = (|| Permissions::And(Vec::new()), || Permissions::Or(Vec::new()));
    for empty in [
        and(),
        or(),
        Permissions::Not(Box::new(or())),
        Permissions::Or(vec![IsAuthenticated.into_permissions(), and()]),
    ] {
        says(api().default_permissions(empty.clone()).mount(Garages), in_viewset);
        says(api().handler_permissions(empty), expected);
    }
}

#[test]
fn two_viewsets_have_two_paths() {
    says(api().mount(cars::<Undeclared>()).mount(cars::<Undeclared>()), "two viewsets are mounted at `/cars`");
}

/// A row action of the cars, with one handler that answers `POST`.
macro_rules! action {
    ($module:ident: $($said:tt)*) => {
        action!($module of Undeclared: $($said)*);
    };
    ($module:ident of $rules:ty: $($said:tt)*) => {
        mod $module {
            use super::*;

            pub(super) struct Publish;

            impl RowAction for Publish {
                type Of = support::Cars<$rules>;
                const NAME: &'static str = "publish";
                $($said)*
            }

            pub(super) struct Handlers;

            #[OpenApi]
            impl Handlers {
                #[oai(path = "/cars/:id/publish", method = "post")]
                async fn publish(&self, id: Row<Publish>) -> PlainText<String> {
                    PlainText(id.name.clone())
                }
            }
        }
    };
}

action!(says_nothing: const METHOD: Method = Method::POST;);
action!(undeclared: const METHOD: Method = Method::POST; const CODENAME: Option<&'static str> = Some("paint"););
action!(otherwise: const METHOD: Method = Method::DELETE; const CODENAME: Option<&'static str> = Some("publish"););
action!(named: const METHOD: Method = Method::POST; const CODENAME: Option<&'static str> = Some("publish"););
action!(declared: const METHOD: Method = Method::POST;
    fn permissions() -> Access<car::Entity> { Access::to(IsAuthenticated) });

#[test]
fn an_action_that_writes_says_who_may() {
    says(
        api().mount(cars::<Undeclared>()).with(says_nothing::Handlers),
        "the action `publish` of the viewset `/cars` writes and says neither who may nor what it asks: give it \
         `fn permissions()`, or `const CODENAME` for the model permission it asks",
    );
    assert!(api().mount(cars::<Undeclared>()).with(named::Handlers).build().is_ok());
    assert!(api().mount(cars::<Undeclared>()).with(declared::Handlers).build().is_ok());
}

#[test]
fn an_action_asks_a_permission_that_its_model_declares() {
    says(
        api().mount(cars::<Undeclared>()).with(undeclared::Handlers),
        "the action `publish` asks `paint_car`, which the model `drivers.car` does not declare",
    );
}

struct Known;

impl Rules for Known {
    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }
}

action!(asks_by_itself of Known: const METHOD: Method = Method::POST;
    const CODENAME: Option<&'static str> = Some("publish");
    fn permissions() -> Access<car::Entity> { Access::to(IsAuthenticated & HasPerm("drivers.publish_car")) });
action!(asked_by_nobody of Known: const METHOD: Method = Method::POST;
    const CODENAME: Option<&'static str> = Some("publish"););
action!(read_by_anybody of Known: const METHOD: Method = Method::GET;
    const CODENAME: Option<&'static str> = Some("publish");
    fn permissions() -> Access<car::Entity> { Access::to(ModelPermissionsOrAnonReadOnly) });

#[test]
fn a_codename_is_asked_by_some_class() {
    let refused = |permissions: &str| {
        format!(
            "the action `publish` has the codename `publish`, and no class of its permissions, `{permissions}`, asks for \
             `drivers.publish_car`: add `ModelPermissions`, `ObjectPermissions` or `HasPerm(\"drivers.publish_car\")` to \
             them, or leave `CODENAME` out"
        )
    };
    says(api().mount(cars::<Known>()).with(asked_by_nobody::Handlers), &refused("IsAuthenticated"));
    says(api().mount(cars::<Known>()).with(read_by_anybody::Handlers), &refused("ModelPermissionsOrAnonReadOnly"));
    assert!(api().mount(cars::<Known>()).with(asks_by_itself::Handlers).build().is_ok());
    // by the global default, too
    let open = api().default_permissions(IsAuthenticated).mount(cars::<Undeclared>()).with(named::Handlers);
    says(open, &refused("IsAuthenticated"));
}

#[test]
fn an_action_belongs_to_a_viewset_that_is_mounted() {
    let expected = "the action `publish` belongs to a viewset that is not mounted";
    says(api().with(named::Handlers), expected);
    says(api().mount(Garages).with(named::Handlers), expected);
    assert!(api().with(named::Handlers).mount(cars::<Undeclared>()).build().is_ok(), "in any order");
}

#[test]
fn a_handler_answers_the_method_of_its_action() {
    says(
        api().mount(cars::<Undeclared>()).with(otherwise::Handlers),
        "the action `publish` says its method is DELETE, and its handler answers POST",
    );
}

#[test]
fn a_path_is_answered_once() {
    let twice = api().mount(cars::<Undeclared>()).with(named::Handlers).with(Twice);
    let error = twice.build().err().expect("it is refused").to_string();
    assert!(error.starts_with("`POST /cars/") && error.ends_with("is mounted twice"), "{error}");
}

struct Twice;

#[OpenApi]
impl Twice {
    #[oai(path = "/cars/:id/publish", method = "post")]
    async fn again(&self, id: Path<i64>) -> PlainText<String> {
        PlainText(id.to_string())
    }
}
