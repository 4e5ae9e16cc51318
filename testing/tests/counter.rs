//! What the statement counter sees.

use refrain_testing::{TestDb, counted, every_database};
use sea_orm::{ConnectionTrait, DbErr, IsolationLevel, TransactionTrait};

#[every_database]
async fn statements_are_counted_and_taken(db: TestDb) -> Result<(), DbErr> {
    let (counting, counter) = counted(&db);
    counting.query_all_raw(db.statement("SELECT id FROM drivers_car")).await?;
    counting.query_one_raw(db.statement("SELECT id FROM drivers_trip")).await?;
    counting.execute_raw(db.statement("DELETE FROM drivers_trip")).await?;
    assert_eq!(counter.count(), 3);
    let sql = ["SELECT id FROM drivers_car", "SELECT id FROM drivers_trip", "DELETE FROM drivers_trip"];
    assert_eq!(counter.take(), sql);
    assert_eq!(counter.count(), 0);

    db.query_all_raw(db.statement("SELECT id FROM drivers_car")).await?;
    assert_eq!(counter.count(), 0, "the given connection stays uncounted");
    Ok(())
}

#[every_database]
async fn statements_in_transactions_are_counted_and_their_ends_are_not(db: TestDb) -> Result<(), DbErr> {
    let (counting, counter) = counted(&db);
    let outer = counting.begin_with_config(Some(IsolationLevel::ReadCommitted), None).await?;
    outer.execute_raw(db.statement("DELETE FROM drivers_car")).await?;
    let inner = outer.begin().await?;
    inner.query_all_raw(db.statement("SELECT id FROM drivers_trip")).await?;
    inner.rollback().await?;
    outer.commit().await?;
    assert_eq!(counter.take(), ["DELETE FROM drivers_car", "SELECT id FROM drivers_trip"]);
    Ok(())
}

#[every_database]
async fn failed_statements_count_and_unprepared_ones_do_not(db: TestDb) -> Result<(), DbErr> {
    let (counting, counter) = counted(&db);
    assert!(counting.query_all_raw(db.statement("SELECT nothing FROM nowhere")).await.is_err());
    counting.execute_unprepared("DELETE FROM drivers_car").await?;
    assert_eq!(counter.take(), ["SELECT nothing FROM nowhere"]);
    Ok(())
}
