use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, parse_quote, parse2};

use super::expand;

fn with(attributes: TokenStream) -> DeriveInput {
    parse_quote! {
        #[sea_orm(table_name = "drivers_car")]
        #attributes
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i64,
            pub name: String,
            pub owner_id: Option<i32>,
            #[sea_orm(ignore)]
            pub cached: bool,
        }
    }
}

fn car(more: TokenStream) -> DeriveInput {
    with(quote!(#[refrain(app = "drivers", model = "Car", #more)]))
}

fn mistakes(input: &DeriveInput) -> Vec<String> {
    expand(input).err().map(|error| error.into_iter().map(|one| one.to_string()).collect()).unwrap_or_default()
}

#[track_caller]
fn says(input: &DeriveInput, expected: &str) {
    assert_eq!(mistakes(input), [expected]);
}

#[test]
fn a_model_says_all_of_itself() {
    let expanded = expand(&car(quote! {
        permissions(publish_car = "Can publish car listing", "export.all" = "Can export"),
        owner = "owner_id",
        user_grants = "drivers_car_user_grants",
        group_grants = "drivers_car_group_grants",
        default_permissions(view),
        renamed_from = "Auto",
    }));
    let expected = quote! {
        #[automatically_derived]
        impl ::refrain::model::Model for Entity {
            const APP_LABEL: &'static str = "drivers";
            const OBJECT_NAME: &'static str = "Car";
            const MODEL_NAME: &'static str = "car";
            const VERBOSE_NAME: &'static str = "car";
            const DEFAULT_PERMISSIONS: &'static [&'static str] = &["view"];
            const PERMISSIONS: &'static [(&'static str, &'static str)] =
                &[("publish_car", "Can publish car listing"), ("export.all", "Can export")];
            const RENAMED_FROM: ::core::option::Option<&'static str> = ::core::option::Option::Some("auto");
            const FIELDS: &'static [(&'static str, Column)] =
                &[("id", Column::Id), ("name", Column::Name), ("owner_id", Column::OwnerId)];
            const USER_GRANTS: ::core::option::Option<&'static str> =
                ::core::option::Option::Some("drivers_car_user_grants");
            const GROUP_GRANTS: ::core::option::Option<&'static str> =
                ::core::option::Option::Some("drivers_car_group_grants");
            fn owner() -> ::core::option::Option<Column> {
                ::core::option::Option::Some(Column::OwnerId)
            }
        }
        #[automatically_derived]
        impl ::refrain::model::Owned for Entity {
            const OWNER: Column = Column::OwnerId;
        }
        #[automatically_derived]
        #[allow(dead_code)]
        impl Entity {
            #[doc = "The permission `drivers.view_car`."]
            pub const VIEW_CAR: ::refrain::grants::PermissionOf<Entity> =
                ::refrain::grants::PermissionOf::new("view_car");
            #[doc = "The permission `drivers.publish_car`."]
            pub const PUBLISH_CAR: ::refrain::grants::PermissionOf<Entity> =
                ::refrain::grants::PermissionOf::new("publish_car");
        }
    };
    assert_eq!(expanded.expect("nothing is wrong").to_string(), expected.to_string());
}

#[test]
fn defaults_can_be_replaced_and_emptied() {
    let big = with(quote!(#[refrain(app = "drivers", model = "BigTruck", default_permissions())]));
    let expanded = expand(&big).expect("nothing is wrong").to_string();
    for part in [
        quote!(
            const VERBOSE_NAME: &'static str = "big truck";
        ),
        quote!(
            const MODEL_NAME: &'static str = "bigtruck";
        ),
        quote!(
            const DEFAULT_PERMISSIONS: &'static [&'static str] = &[];
        ),
        quote!(
            const RENAMED_FROM: ::core::option::Option<&'static str> = ::core::option::Option::None;
        ),
    ] {
        assert!(expanded.contains(&part.to_string()), "{part} in {expanded}");
    }
    assert!(!expanded.contains("fn owner") && !expanded.contains("Owned"), "{expanded}");

    let verbose = expand(&car(quote!(verbose_name = "big Truck", default_permissions(view, drive)))).expect("as above");
    assert!(verbose.to_string().contains(r#"VERBOSE_NAME : & 'static str = "big Truck""#), "{verbose}");
    assert!(verbose.to_string().contains(r#"& ["view" , "drive"]"#), "{verbose}");
}

#[test]
fn the_second_struct_of_the_dense_format_is_passed_over() {
    let dense = parse_quote!(
        #[refrain(app = "drivers", model = "Car")]
        struct ModelEx {
            id: i64,
        }
    );
    assert!(expand(&dense).expect("nothing is wrong").is_empty());
}

#[test]
fn the_derive_belongs_on_the_struct_of_an_entity() {
    let expected = "derived on a sea-orm entity: on its `struct Model { … }`, beside `DeriveEntityModel`";
    says(
        &parse_quote!(
            enum Model {
                A,
            }
        ),
        expected,
    );
    says(
        &parse_quote!(
            struct Model(i64);
        ),
        expected,
    );
    says(
        &parse_quote!(
            struct Car {
                id: i64,
            }
        ),
        expected,
    );
}

#[test]
fn app_and_model_are_required() {
    let expected = "a model names its app and its class: `#[refrain(app = \"drivers\", model = \"Car\")]`";
    says(&with(quote!()), expected);
    says(&with(quote!(#[refrain(app = "drivers")])), expected);
    says(&with(quote!(#[refrain(model = "Car")])), expected);
}

#[test]
fn attributes_are_known_and_given_once() {
    says(
        &car(quote!(ownr = "owner_id")),
        "unknown attribute; the attributes are `app`, `model`, `verbose_name`, `default_permissions(…)`, \
         `permissions(…)`, `owner`, `user_grants`, `group_grants`, `key`, `renamed_from`, `proxy_of`",
    );
    says(&car(quote!(app = "garage")), "`app` is given twice");
    says(&car(quote!(owner)), "`owner` is written `owner = \"…\"`");
    says(&car(quote!(owner = 3)), "`owner` is written `owner = \"…\"`");
    says(
        &car(quote!(default_permissions = "view")),
        "`default_permissions` is written `default_permissions(view, change)`",
    );
    let pairs = "`permissions` is written `permissions(publish_car = \"Can publish car\")`: codename and name";
    says(&car(quote!(permissions(publish_car))), pairs);
    says(&car(quote!(permissions("publish_car", "Can publish"))), pairs);
}

#[test]
fn a_permission_has_a_constant_where_its_name_is_free() {
    let declared = car(quote!(
        default_permissions(),
        permissions("export.all" = "a", "fly-it" = "b", Drive = "c", drive = "d", column = "e", owner = "f", été = "g",)
    ));
    let expanded = expand(&declared).expect("nothing is wrong").to_string();
    assert_eq!(expanded.matches("pub const").count(), 1, "{expanded}");
    assert!(expanded.contains("pub const ÉTÉ"), "{expanded}");
    says(&car(quote!(user_grants = "")), "`user_grants` is empty");
}

#[test]
fn an_owner_is_a_field_with_a_column() {
    says(&car(quote!(owner = "driver_id")), "no field `driver_id`; the fields are `id`, `name`, `owner_id`");
    says(&car(quote!(owner = "cached")), "the field `cached` has no column: sea-orm ignores it");
}

#[test]
fn a_key_of_text_can_be_a_uuids() {
    let expanded = expand(&car(quote!(key = "uuid"))).expect("nothing is wrong").to_string();
    assert!(
        expanded.contains(
            &quote!(
                const KEY_IS_UUID: bool = true;
            )
            .to_string()
        ),
        "{expanded}"
    );
    says(&car(quote!(key = "hex")), "a key is what its column says, or `key = \"uuid\"`; not `hex`");
}

#[test]
fn labels_are_identifiers() {
    let labels = |app: &str, model: &str| with(quote!(#[refrain(app = #app, model = #model)]));
    says(
        &labels("project.drivers", "Car"),
        "the app label `project.drivers` holds a dot; Django's label is the last part, `drivers`",
    );
    says(&labels("my-app", "Car"), "the app label `my-app` is not one word of letters, digits and `_`");
    says(&labels("drivers", "Big Truck"), "the class name `Big Truck` is not one word of letters, digits and `_`");
    says(&labels("", "Car"), "the app label is empty");
    assert_eq!(mistakes(&labels("drivers", "")).first().map(String::as_str), Some("the class name is empty"));
    says(&car(quote!(renamed_from = "car")), "`renamed_from` names the model itself, `car`");
    says(&car(quote!(proxy_of = "drivers.Car")), "`proxy_of` names the model itself, `drivers.Car`");
    says(&car(quote!(proxy_of = "CAR")), "`proxy_of` names the model itself, `CAR`");
}

#[test]
fn a_codename_is_given_once() {
    says(&car(quote!(permissions(fly = "Can fly", fly = "Can fly"))), "the codename `fly` is given twice (auth.E006)");
    says(
        &car(quote!(permissions(view_car = "Can see"))),
        "the model has `view_car` already: leave it out, or `view` out of the default permissions (auth.E005)",
    );
    says(&car(quote!(default_permissions(view, view))), "the default permission `view` is given twice");
    assert!(mistakes(&car(quote!(default_permissions(), permissions(view_car = "Can see")))).is_empty());
}

#[test]
fn names_fit_their_columns() {
    let long = |length: usize| "a".repeat(length);
    let model = |name: &str| with(quote!(#[refrain(app = "drivers", model = #name, verbose_name = "x")]));
    assert!(mistakes(&model(&long(93))).is_empty());
    says(
        &model(&long(94)),
        "the class name has 94 characters, at most 93 fit: its codenames would pass 100 (auth.E011)",
    );

    let verbose = |name: &str| car(quote!(verbose_name = #name));
    assert!(mistakes(&verbose(&"é".repeat(244))).is_empty());
    says(
        &verbose(&long(245)),
        "the verbose name has 245 characters, at most 244 fit: its permissions' names would pass 255 (auth.E007)",
    );
    says(&verbose(""), "`verbose_name` is empty; leave it out for the class name in words");

    let custom = |codename: &str, name: &str| car(quote!(permissions(#codename = #name)));
    assert!(mistakes(&custom(&long(100), &long(255))).is_empty());
    says(&custom(&long(101), "x"), "the codename has 101 characters, at most 100 fit: auth.E012");
    says(&custom("x", &long(256)), "the name of a permission has 256 characters, at most 255 fit: auth.E008");
    says(&custom("x", ""), "the name of a permission is empty");
    says(&custom("", "x"), "a codename is empty");
}

#[test]
fn every_mistake_is_reported() {
    let input = car(quote!(verbose_name = "", permissions(view_car = "", fly = "Can fly", fly = "Can fly")));
    assert_eq!(mistakes(&input).len(), 4);
}

#[test]
fn the_expansion_is_rust() {
    let expanded = expand(&car(quote!(owner = "owner_id"))).expect("nothing is wrong");
    assert!(parse2::<syn::File>(expanded).is_ok());
}
