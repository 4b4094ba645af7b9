//! Both engines, one suite: every body below runs on SQLite and on PostgreSQL, each time on a database of its own.
//!
//! PostgreSQL needs a server, named by `CODEMINT_TEST_POSTGRES_URL`; `cargo xtask test` starts one. Without it those tests say so and pass.
//! Nothing here sleeps: the store takes its moments as parameters.

mod checkouts;
mod codes;
mod engine;
mod fixtures;
mod hangups;
mod holds;
mod idempotency;
mod isolation;
mod lists;
mod people;
mod schema;
mod statuses;
mod steps;
mod tenants;

/// Makes a test a body and engine, under `sqlite` and `postgres`.
macro_rules! conformance {
    (empty { $($empty_file:ident::$empty:ident,)* } migrated { $($file:ident::$name:ident,)* }) => {
        conformance! { @engine sqlite Sqlite { $($empty_file::$empty,)* } { $($file::$name,)* } }
        conformance! { @engine postgres Postgres { $($empty_file::$empty,)* } { $($file::$name,)* } }
    };
    (@engine $module:ident $engine:ident { $($empty_file:ident::$empty:ident,)* } { $($file:ident::$name:ident,)* }) => {
        mod $module {
            use super::engine::{self, Engine};
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $empty() {
                    engine::run_empty(Engine::$engine, super::$empty_file::$empty).await;
                }
            )*
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $name() {
                    engine::run(Engine::$engine, super::$file::$name).await;
                }
            )*
        }
    };
}

conformance! {
    empty {
        schema::migrations_run_again,
        schema::migrations_run_at_once,
        schema::migrations_run_at_once_in_many_processes,
    }
    migrated {
        people::owners_and_members,
        people::a_sign_in_link_works_once,
        people::sessions_end,
        people::mail_waits_its_turn,
        people::each_mail_is_taken_once,
        tenants::apps_and_their_counts,
        tenants::api_keys,
        tenants::data_keys,
        tenants::connections,
        tenants::one_racer_connects,
        tenants::only_its_own_generation_is_parked,
        tenants::prices,
        codes::every_column_comes_back,
        codes::a_text_is_taken_until_it_is_archived,
        codes::limits_and_metadata_change,
        codes::terms_stand_from_the_first_hold_on,
        codes::a_minted_coupon_is_noted,
        codes::blocked_until_the_owner_says_so,
        codes::unreadable_columns_are_told,
        lists::pages_forward_and_backward,
        lists::search_takes_text_as_it_is,
        lists::ids_sort_by_bytes,
        statuses::three_ways_to_a_status_agree,
        holds::a_hold_needs_its_terms_and_no_block,
        holds::a_hold_stops_at_the_limit,
        holds::one_of_twenty_has_the_last_one,
        holds::nobody_is_refused_while_stock_is_left,
        holds::a_hold_is_settled_once,
        holds::terms_and_holds_race,
        holds::a_hold_taken_again_needs_only_stock,
        checkouts::every_column_comes_back,
        checkouts::keys_and_sessions_are_unique,
        checkouts::the_abandoned_are_found,
        checkouts::the_open_are_found,
        checkouts::one_of_twenty_takes_it,
        checkouts::one_of_twenty_opens_it,
        steps::steps_only_move_forward,
        steps::a_stale_attempt_changes_nothing,
        idempotency::from_taken_to_replayed,
        idempotency::given_back_or_forgotten,
        idempotency::taken_over_when_the_lock_ran_out,
        idempotency::one_of_twenty_takes_it,
        idempotency::old_ones_are_deleted,
        isolation::nobody_sees_or_changes_anothers,
        hangups::a_cut_transaction_leaves_nothing,
    }
}
