//! Both engines, one suite: every body below runs on SQLite and on PostgreSQL, each time on a database of its own.
//!
//! PostgreSQL needs a server, named by `CODEMINT_TEST_POSTGRES_URL`; `cargo xtask test` starts one. Without it those tests say so and pass.
//! Nothing here sleeps: the store takes its moments as parameters.

mod begun;
mod campaign_lists;
mod campaigns;
mod checkouts;
mod codes;
pub(crate) mod engine;
mod fixtures;
mod grouped;
mod hangups;
mod holds;
mod idempotency;
mod isolation;
mod leases;
mod lists;
mod log;
mod looks;
mod people;
mod reward_figures;
mod reward_lists;
mod schema;
mod statuses;
mod steps;
mod tenants;
mod usage_figures;
mod webhooks;

/// Makes a test a body and engine: `sqlite::holds::a_hold_stops_at_the_limit`.
macro_rules! conformance {
    ($($start:ident $files:tt)*) => {
        mod sqlite {
            $(conformance! { @files Sqlite $start $files })*
        }
        mod postgres {
            $(conformance! { @files Postgres $start $files })*
        }
    };
    (@files $engine:ident $start:ident { $($file:ident $names:tt)* }) => {
        $(conformance! { @file $engine $start $file $names })*
    };
    (@file $engine:ident $start:ident $file:ident { $($name:ident,)* }) => {
        mod $file {
            use super::super::engine::{self, Engine};
            use super::super::$file as bodies;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $name() {
                    engine::$start(Engine::$engine, bodies::$name).await;
                }
            )*
        }
    };
}

conformance! {
    run_empty {
        schema {
            migrations_run_again,
            migrations_run_at_once,
            migrations_run_at_once_in_many_processes,
        }
    }
    run {
        people {
            owners_and_members,
            a_sign_in_link_works_once,
            sessions_end,
            an_owner_without_an_address,
            a_session_goes_to_the_owners_workspaces_only,
            mail_waits_its_turn,
            each_mail_is_taken_once,
        }
        looks {
            each_gets_their_own,
            facts_are_the_tenants_own,
            nobody_is_told_of_something_older,
            a_failure_is_told_to_all,
        }
        tenants {
            apps_and_their_counts,
            the_longest_unchecked_come_first,
            api_keys,
            data_keys,
            wrapped_keys,
            every_sealed_column_is_listed,
            connections,
            one_racer_connects,
            only_its_own_generation_is_parked,
            prices,
        }
        codes {
            every_column_comes_back,
            a_text_is_taken_until_it_is_archived,
            an_archived_code_comes_back_as_it_was,
            one_of_many_is_restored,
            limits_and_metadata_change,
            terms_stand_from_the_first_hold_on,
            a_minted_coupon_is_noted,
            blocked_until_the_owner_says_so,
            unreadable_columns_are_told,
        }
        lists {
            pages_forward_and_backward,
            search_takes_text_as_it_is,
            ids_sort_by_bytes,
        }
        statuses {
            three_ways_to_a_status_agree,
        }
        campaigns {
            three_ways_to_a_status_agree,
            a_version_stands_once_its_coupon_is_made,
        }
        campaign_lists {
            two_ways_to_a_status_agree,
            pages_forward_and_backward,
        }
        reward_lists {
            search_takes_text_as_it_is,
            pages_forward_and_backward,
        }
        reward_figures {
            they_are_those_of_the_rows,
        }
        usage_figures {
            they_are_those_of_the_rows,
            counters_of_an_app_s_own_code,
        }
        holds {
            a_hold_needs_its_terms_and_no_block,
            a_hold_stops_at_the_limit,
            one_of_twenty_has_the_last_one,
            nobody_is_refused_while_stock_is_left,
            a_hold_is_settled_once,
            terms_and_holds_race,
            a_hold_taken_again_needs_only_stock,
            a_hold_lapses_once_and_not_before,
        }
        begun {
            it_writes_what_the_steps_write,
            an_own_redemption_is_begun_as_in_steps,
            it_writes_nothing_where_it_was_read_otherwise,
            one_that_fails_is_undone_alone,
        }
        checkouts {
            every_column_comes_back,
            keys_and_sessions_are_unique,
            the_abandoned_are_found,
            the_open_are_found,
            the_unverifiable_are_found,
            nobodys_abandoned_crowd_out_anothers,
            one_of_twenty_takes_it,
            one_of_twenty_opens_it,
        }
        steps {
            steps_only_move_forward,
            a_stale_attempt_changes_nothing,
        }
        idempotency {
            from_taken_to_replayed,
            given_back_or_forgotten,
            taken_over_when_the_lock_ran_out,
            one_of_twenty_takes_it,
            old_ones_are_deleted,
        }
        leases {
            one_holder_until_it_lets_go,
            taken_over_when_it_ran_out,
            held_by_who_comes_again,
            one_of_twenty_takes_it,
            old_ones_are_deleted,
        }
        webhooks {
            one_row_however_often_it_comes,
            each_event_is_taken_once,
            each_owner_has_a_share,
            only_the_last_attempt_says_how_it_ended,
        }
        isolation {
            nobody_sees_or_changes_anothers,
        }
        grouped {
            a_failing_unit_is_undone_alone,
            a_panic_is_its_own,
            nobody_is_answered_before_the_commit,
            who_leaves_breaks_nothing,
            the_limit_holds_in_groups,
        }
        hangups {
            one_after_the_other,
            many_at_once,
        }
    }
}
