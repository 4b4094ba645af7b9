//! A mail is written and read back, from a directory and over a real socket.

use super::*;
use mail_parser::{MessageParser, MimeHeaders};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

const FROM: &str = "Codemint <codes@shop.example>";

fn mail() -> OutgoingMail {
    let MailText { subject, text, html } = sign_in_mail("https://codes.example/s?t=abc&x=1", 15);
    OutgoingMail {
        message_id: "mail_1@codes.example".into(),
        to: "ada@example.com".into(),
        subject,
        text,
        html,
        ..OutgoingMail::default()
    }
}

fn check(bytes: &[u8]) {
    let read = MessageParser::default().parse(bytes).unwrap();
    let wanted = mail();
    assert_eq!(read.message_id(), Some("mail_1@codes.example"));
    assert_eq!(read.subject(), Some(wanted.subject.as_str()));
    assert_eq!(read.from().unwrap().first().unwrap().address(), Some("codes@shop.example"));
    assert_eq!(read.to().unwrap().first().unwrap().address(), Some("ada@example.com"));
    assert!(read.date().is_some());
    assert_eq!(read.content_type().unwrap().subtype(), Some("alternative"));
    assert_eq!(read.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), wanted.text.trim_end());
    assert_eq!(read.body_html(0).unwrap().replace("\r\n", "\n").trim_end(), wanted.html.trim_end());
}

#[tokio::test]
async fn into_a_directory() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("a/mail");
    let mailer = Mailer::from_config(Some(&format!("file:{}", directory.display())), FROM).unwrap().unwrap();
    mailer.send(&mail()).await.unwrap();
    mailer.send(&mail()).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 2, "{files:?}");
    for file in files {
        assert_eq!(file.extension().unwrap(), "eml");
        check(&std::fs::read(file).unwrap());
    }
    std::fs::remove_dir_all(&directory).unwrap();
    assert!(!mailer.send(&mail()).await.unwrap_err().permanent);
}

/// One conversation of a server that takes one mail; `rcpt` is what it answers to the recipient.
async fn sink(rcpt: &'static str) -> (String, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    (url, tokio::spawn(async move { converse(listener.accept().await.unwrap().0, rcpt).await }))
}

async fn converse(stream: TcpStream, rcpt: &str) -> Vec<u8> {
    let mut stream = BufReader::new(stream);
    let mut taken = Vec::new();
    let mut in_data = false;
    let mut answer = "220 sink".to_owned();
    loop {
        if !answer.is_empty() && stream.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return taken;
        }
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await.unwrap_or(0) == 0 {
            return taken;
        }
        answer.clear();
        if in_data {
            if line == b".\r\n" {
                in_data = false;
                answer = "250 taken".into();
            } else {
                taken.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            }
            continue;
        }
        let command = String::from_utf8_lossy(&line).to_uppercase();
        answer = match command.split([' ', '\r']).next().unwrap_or_default() {
            "EHLO" => "250-sink\r\n250 8BITMIME",
            "RCPT" => rcpt,
            "DATA" => {
                in_data = true;
                "354 go on"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        }
        .into();
    }
}

#[tokio::test]
async fn over_smtp() {
    let (url, sink) = sink("250 ok").await;
    let mailer = Mailer::from_config(Some(&url), FROM).unwrap().unwrap();
    mailer.send(&mail()).await.unwrap();
    drop(mailer);
    check(&sink.await.unwrap());
}

#[tokio::test]
async fn refusals_for_good_and_for_now() {
    for (answer, permanent) in
        [("550 no such user", true), ("451 try later", false), ("535 who are you", false), ("530 first TLS", false)]
    {
        let (url, sink) = sink(answer).await;
        let mailer = Mailer::from_config(Some(&url), FROM).unwrap().unwrap();
        let error = mailer.send(&mail()).await.unwrap_err();
        assert_eq!(error.permanent, permanent, "{answer}: {error}");
        assert!(error.message.contains(&answer[4..]), "{error}");
        drop(mailer);
        assert!(sink.await.unwrap().is_empty());
    }
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let mailer = Mailer::from_config(Some(&format!("smtp://{gone}")), FROM).unwrap().unwrap();
    assert!(!mailer.send(&mail()).await.unwrap_err().permanent);
}

#[tokio::test]
async fn no_header_can_be_added() {
    let root = tempfile::tempdir().unwrap();
    let mailer = Mailer::from_config(Some(&format!("file:{}", root.path().display())), FROM).unwrap().unwrap();
    for bad in [
        OutgoingMail { to: "ada@example.com\r\nBcc: eve@example.com".into(), ..mail() },
        OutgoingMail { to: "ada@example.com, eve@example.com".into(), ..mail() },
        OutgoingMail { to: String::new(), ..mail() },
        OutgoingMail { subject: "Hello\r\nBcc: eve@example.com".into(), ..mail() },
        OutgoingMail { subject: "Hello\nBcc: eve@example.com".into(), ..mail() },
        OutgoingMail { message_id: "a@b>\r\nBcc: eve@example.com".into(), ..mail() },
        OutgoingMail { message_id: "no-domain".into(), ..mail() },
        OutgoingMail { from_name: Some("Shop\r\nBcc: eve@example.com".into()), ..mail() },
        OutgoingMail { from_name: Some("Shop\u{202e}".into()), ..mail() },
        OutgoingMail { reply_to: Some("a@b.example\r\nBcc: eve@example.com".into()), ..mail() },
        OutgoingMail { reply_to: Some("a@b.example, eve@example.com".into()), ..mail() },
        OutgoingMail { unsubscribe_url: Some("https://a.example/>\r\nBcc: eve@example.com".into()), ..mail() },
        OutgoingMail { unsubscribe_url: Some("https://a.example/>,<mailto:eve@example.com".into()), ..mail() },
        OutgoingMail { unsubscribe_url: Some("javascript:alert(1)".into()), ..mail() },
    ] {
        assert!(mailer.send(&bad).await.unwrap_err().permanent, "{}", bad.subject);
    }
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
    // Text is not a header, and letters of all the world are fine.
    let text = "Grüße\r\n\r\nBcc: eve@example.com\r\n.\r\n".to_owned();
    mailer.send(&OutgoingMail { subject: "Grüße 🎁".into(), text, ..mail() }).await.unwrap();
    let file = std::fs::read_dir(root.path()).unwrap().next().unwrap().unwrap().path();
    let bytes = std::fs::read(file).unwrap();
    let read = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(read.subject(), Some("Grüße 🎁"));
    assert!(read.bcc().is_none());
    assert!(read.body_text(0).unwrap().contains("Bcc: eve"));
}

#[tokio::test]
async fn in_a_shops_name_with_a_way_to_unsubscribe() {
    let root = tempfile::tempdir().unwrap();
    let mailer = Mailer::from_config(Some(&format!("file:{}", root.path().display())), FROM).unwrap().unwrap();
    let url = format!("https://codes.example/unsubscribe/rw_{}", "0123456789".repeat(20));
    let mail = OutgoingMail {
        from_name: Some("Ada's \"Kaffee\" <eve@evil.example>, Grüße".into()),
        reply_to: Some("hello@shop.example".into()),
        unsubscribe_url: Some(url.clone()),
        ..mail()
    };
    mailer.send(&mail).await.unwrap();
    let file = std::fs::read_dir(root.path()).unwrap().next().unwrap().unwrap().path();
    let bytes = std::fs::read(file).unwrap();
    let read = MessageParser::default().parse(&bytes).unwrap();
    let from: Vec<_> = read.from().unwrap().iter().map(|from| (from.name(), from.address())).collect();
    assert_eq!(from, [(mail.from_name.as_deref(), Some("codes@shop.example"))]);
    assert_eq!(read.reply_to().unwrap().first().unwrap().address(), Some("hello@shop.example"));
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.contains(&format!("\r\nList-Unsubscribe: <{url}>\r\n")), "{text}");
    assert!(text.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
}

#[tokio::test]
async fn an_address_is_refused_or_the_mail_is() {
    for (answer, about_address) in
        [("550 5.1.1 no such user", true), ("550 <ada@example.com> unknown", true), ("554 5.7.1 not from you", false)]
    {
        let (url, sink) = sink(answer).await;
        let mailer = Mailer::from_config(Some(&url), FROM).unwrap().unwrap();
        let error = mailer.send(&mail()).await.unwrap_err();
        assert_eq!((error.permanent, error.about_address), (true, about_address), "{answer}");
        assert!(!error.message.contains("ada@example"), "{error}");
        drop(mailer);
        sink.await.unwrap();
    }
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let (url, sink) = sink("250 ok").await;
    let mailer = Mailer::from_config(Some(&url), FROM).unwrap().unwrap();
    for _ in 0..3 {
        // The sink takes one conversation only.
        mailer.send(&mail()).await.unwrap();
    }
    drop(mailer);
    let taken = String::from_utf8(sink.await.unwrap()).unwrap();
    assert_eq!(taken.matches("Message-ID: <mail_1@codes.example>").count(), 3);
}

#[test]
fn configurations() {
    assert!(Mailer::from_config(None, "").unwrap().is_none());
    assert!(Mailer::from_config(Some(" "), "").unwrap().is_none());
    for (url, from) in [
        ("smtp://mail.example", "nobody"),
        ("smtp://mail.example", "a@b.example\r\nBcc: eve@example.com"),
        ("mail.example", FROM),
        ("file:", FROM),
        ("gopher://mail.example", FROM),
    ] {
        assert!(Mailer::from_config(Some(url), from).is_err(), "{url} {from}");
    }
}
