//! A program's own tables are made where none is there, adopted where all are, and left alone where some are.

#![allow(unreachable_pub, reason = "sea-orm's items")]

mod support;

use async_trait::async_trait;
use refrain_migration::OwnTables;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};
use support::{on_every_database, run, texts};

mod car {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "garage_car")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(column_name = "label")]
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod wheel {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "garage_wheel")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub car_id: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

const CAR: &str = "CREATE TABLE garage_car (id bigint PRIMARY KEY, label varchar(100) NOT NULL)";
const WHEEL: &str =
    "CREATE TABLE garage_wheel (id bigint PRIMARY KEY, car_id bigint NOT NULL REFERENCES garage_car (id))";

fn tables() -> OwnTables {
    let index = "CREATE INDEX garage_wheel_car ON garage_wheel (car_id)";
    OwnTables::of("garage")
        .recorded_as(&["0001_initial"])
        .with::<car::Entity>([CAR])
        .with::<wheel::Entity>([WHEEL, index])
}

struct Garage;

impl MigratorTrait for Garage {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Initial)]
    }
}

struct Initial;

impl MigrationName for Initial {
    fn name(&self) -> &str {
        "garage_m0001_initial"
    }
}

#[async_trait]
impl MigrationTrait for Initial {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables().make_or_adopt(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables().drop_made(manager).await
    }
}

async fn has(db: &DatabaseConnection, table: &str) -> bool {
    SchemaManager::new(db).has_table(table).await.expect("it can be asked")
}

async fn up(db: &DatabaseConnection) -> Result<(), DbErr> {
    Garage::up(db, None).await
}

async fn down(db: &DatabaseConnection) {
    Garage::down(db, None).await.expect("it rolls back");
}

#[tokio::test]
async fn none_there_they_are_made_and_dropped_again() {
    on_every_database(async |db| {
        up(db).await.expect("they are made");
        run(db, "INSERT INTO garage_car VALUES (1, 'Beetle');\nINSERT INTO garage_wheel VALUES (1, 1);\n")
            .await
            .expect("they are there");
        assert_eq!(
            texts(db, "SELECT name FROM refrain_made_tables ORDER BY name").await,
            ["garage_car", "garage_wheel"]
        );
        down(db).await;
        for table in ["garage_car", "garage_wheel", "refrain_made_tables"] {
            assert!(!has(db, table).await, "{table}");
        }
        up(db).await.expect("they are made again");
        assert!(has(db, "garage_wheel").await);
    })
    .await;
}

struct Beside;

impl MigratorTrait for Beside {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = refrain_migration::django_tables(Default::default());
        all.push(Box::new(Initial));
        all
    }
}

#[tokio::test]
async fn django_is_told_of_those_that_were_made_and_of_no_others() {
    let told = "SELECT name FROM django_migrations WHERE app = 'garage'";
    on_every_database(async |db| {
        Beside::up(db, None).await.expect("they are made");
        assert_eq!(texts(db, told).await, ["0001_initial"]);
        Beside::down(db, Some(1)).await.expect("it rolls back");
        assert_eq!(texts(db, told).await, Vec::<String>::new());

        run(db, &format!("{CAR};\n{WHEEL};\n")).await.expect("made");
        Beside::up(db, None).await.expect("they are adopted");
        assert_eq!(texts(db, told).await, Vec::<String>::new());
        Beside::down(db, Some(1)).await.expect("it rolls back");
        assert!(has(db, "garage_wheel").await);
    })
    .await;
}

#[tokio::test]
async fn those_that_django_has_changed_since_are_not_dropped() {
    let told = "SELECT name FROM django_migrations WHERE app = 'garage' ORDER BY name";
    on_every_database(async |db| {
        Beside::up(db, None).await.expect("they are made");
        let since = "INSERT INTO django_migrations (app, name, applied) \
                     VALUES ('garage', '0002_price', '2026-01-31 12:00:00')";
        db.execute_unprepared(since).await.expect("Django has applied another");
        let refused = Beside::down(db, Some(1)).await.expect_err("it is refused").to_string();
        let sentence = "Django has changed them since, by its migration `0002_price`; nothing was changed";
        assert!(refused.ends_with(sentence), "{refused}");
        assert!(has(db, "garage_car").await && has(db, "garage_wheel").await);
        assert_eq!(texts(db, told).await, ["0001_initial", "0002_price"]);
    })
    .await;
}

#[tokio::test]
async fn all_there_they_are_adopted_and_stay() {
    on_every_database(async |db| {
        // as another program made them: with a column more
        let wider = CAR.replace("NOT NULL)", "NOT NULL, price integer)");
        run(db, &format!("{wider};\n{WHEEL};\nINSERT INTO garage_car VALUES (1, 'Beetle', 7);\n")).await.expect("made");
        up(db).await.expect("they are adopted");
        assert!(!has(db, "refrain_made_tables").await, "nothing was made");
        down(db).await;
        assert_eq!(texts(db, "SELECT label FROM garage_car WHERE price = 7").await, ["Beetle"]);
        assert!(has(db, "garage_wheel").await);
    })
    .await;
}

#[tokio::test]
async fn in_part_there_they_are_refused() {
    on_every_database(async |db| {
        run(db, &format!("{CAR};\n")).await.expect("made");
        let refused = up(db).await.expect_err("it is refused").to_string();
        let sentence = "the app `garage` is there only in part: found `garage_car`, missing `garage_wheel`; nothing was \
                        changed";
        assert!(refused.ends_with(sentence), "{refused}");
        assert!(!has(db, "garage_wheel").await);

        db.execute_unprepared("CREATE TABLE garage_wheel (id bigint PRIMARY KEY)").await.expect("made");
        let refused = up(db).await.expect_err("it is refused").to_string();
        assert!(refused.ends_with("the table `garage_wheel` lacks `car_id`; nothing was changed"), "{refused}");
        assert!(!has(db, "refrain_made_tables").await);
    })
    .await;
}
