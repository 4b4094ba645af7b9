//! `codemint ledger check` as a process of its own, beside a server.

use crate::harness::{Ended, Engine, Shop};
use serde_json::{Value, json};

fn on(engine: Engine) {
    crate::death::run(engine, async move {
        let shop = Shop::open(engine, None).await;
        assert_eq!(
            shop.place.run(&["ledger", "check"]).await.trim(),
            "There is no discount code yet: nothing to compare."
        );
        let id = shop.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 2 })).await;
        shop.buys("order-1", "SPRING").await.expect(201);
        let out = shop.place.run(&["ledger", "check"]).await;
        let words: Vec<&str> = out.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(words[1..], ["test", "1", "1", "right"], "{out}");
        let workspace = words[0];

        shop.database.execute("UPDATE discount_codes SET held = held + 1").await;
        let said =
            format!("SPRING ({id}) counts 2 held and 0 redeemed, while its redemptions are 1 held and 0 redeemed.");
        let (ended, out, err) = shop.place.ends(&["ledger", "check", "--workspace", workspace], &[]).await;
        assert_eq!(ended, Ended::Badly);
        assert!(out.contains(&said) && out.contains("1 difference"), "{out}");
        assert_eq!(err.trim(), "codemint: 1 thing does not agree");
        let json: Value = {
            let (_, out, _) = shop.place.ends(&["ledger", "check", "--json", "--mode", "test"], &[]).await;
            serde_json::from_str(out.trim()).unwrap()
        };
        assert_eq!(
            json,
            json!({ "workspace": workspace, "mode": "test", "codes": 1, "sessions": 1, "wrong": 1, "differences": [said],
                    "repaired": [], "unasked": null })
        );
        // Looking changes nothing.
        let held = "SELECT held FROM discount_codes";
        assert_eq!(shop.database.number(held).await, 2);
        assert_eq!(shop.database.number("SELECT count(*) FROM ledger_checks").await, 0);
        // Without the ring the database alone is compared, and that is said.
        let blind = [("CODEMINT_MASTER_KEYS", "")];
        let (ended, out, _) = shop.place.ends(&["ledger", "check"], &blind).await;
        assert_eq!(ended, Ended::Badly);
        assert!(out.contains(&said) && out.contains("CODEMINT_MASTER_KEYS is not set"), "{out}");
        let (ended, out, _) = shop.place.ends(&["ledger", "check", "--mode", "live"], &[]).await;
        assert_eq!((ended, out.trim()), (Ended::Well, "There is no discount code yet: nothing to compare."));
        let (ended, _, err) = shop.place.ends(&["ledger", "check", "--workspace", "ws_nobodys"], &[]).await;
        assert_eq!((ended, err.trim()), (Ended::Badly, "codemint: No such workspace: 'ws_nobodys'"));

        // The repair runs while others buy.
        let buyers = (2..8).map(|n| shop.purchase(&format!("order-{n}"), "SPRING").send());
        let (mended, _) =
            tokio::join!(shop.place.ends(&["ledger", "check", "--repair"], &[]), crate::harness::all(buyers));
        assert_eq!(mended.0, Ended::Well, "{} {}", mended.1, mended.2);
        assert!(mended.1.contains("Set to its redemptions: SPRING"), "{}", mended.1);
        shop.database.audit().await;
        let noted = "SELECT count(*) FROM activity WHERE kind = 'ledger_repaired'";
        assert_eq!(shop.database.number(noted).await, 1);
        shop.place.run(&["ledger", "check"]).await;
        shop.buys("order-9", "SPRING").await;
        shop.comes_to_rest().await;
        shop.close().await;
    });
}

#[test]
fn sqlite() {
    on(Engine::Sqlite);
}

#[test]
fn postgres() {
    on(Engine::Postgres);
}
