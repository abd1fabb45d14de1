//! Messages written by hand.

use super::super::unfold::{Stretch, unfold};
use crate::{base::Category, format::TextKind};

fn stretch(kind: TextKind, text: &str, place: (u64, u64)) -> Stretch {
    Stretch { kind, text: text.to_owned(), place }
}

#[test]
fn headers_body_and_attachments_are_told_apart() {
    let mail = concat!(
        "Received: from x by y; Mon, 1 Jan 2024 10:00:00 +0000\r\n",
        "From: =?utf-8?q?J=C3=B6rg?= <joerg@example.com>\r\n",
        "To: \"Doe, Jane\" <jane@example.org>,\r\n bob@example.org\r\n",
        "X-Mailer: 1.0\r\n",
        "X-Envelope-To: list@example.org\r\n",
        "Subject: =?iso-8859-1?q?Gr=FC=DFe?=\r\n",
        "MIME-Version: 1.0\r\n",
        "Content-Type: multipart/mixed; boundary=\"b\"\r\n",
        "\r\n",
        "preamble\r\n",
        "--b\r\n\r\nHello Jane.\r\n",
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nR3LDvMOfZQ==\r\n",
        "--b\r\nContent-Type: application/octet-stream\r\n",
        "Content-Disposition: attachment; filename*=utf-8''l%C3%AFste.csv\r\nContent-Transfer-Encoding: base64\r\n\r\nYSxiCjEsMgo=\r\n",
        "--b--\r\n",
    );
    let found = unfold("a.eml", mail.as_bytes());
    let header = "From: Jörg <joerg@example.com>\nTo: Doe, Jane <jane@example.org>, bob@example.org\nX-Envelope-To: list@example.org\nSubject: Grüße\n";
    assert_eq!(found.texts[0].kind, TextKind::MailHeader);
    assert_eq!(found.texts[0].text, header);
    assert_eq!(found.texts[0].place.0, 55);
    let hello = mail.find("Hello").expect("there") as u64;
    assert_eq!(found.texts[1], stretch(TextKind::Prose, "Hello Jane.", (hello, hello + 11)));
    let base64 = mail.find("R3LD").expect("there") as u64;
    assert_eq!(found.texts[2], stretch(TextKind::Prose, "Grüße", (base64, base64 + 12)));
    assert_eq!(found.contents(), [("a.eml#lïste.csv", b"a,b\n1,2\n".as_slice())]);
}

#[test]
fn html_that_repeats_the_plain_text_is_dropped() {
    let mail = |plain: &str, html: &str| {
        let mail = format!(
            "From: a@example.com\nSubject: s\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\n{plain}\n--b\nContent-Type: text/html\n\n{html}\n--b--\n"
        );
        unfold("a.eml", mail.as_bytes()).texts.into_iter().skip(1).map(|text| text.text).collect::<Vec<_>>()
    };
    assert_eq!(mail("Jane was born in May.", "<p>Jane was born in <b>May</b>.</p>"), ["Jane was born in May."]);
    assert_eq!(mail("Jane was born in May.", "<p>Jane was born in June."), ["Jane was born in May.", "Jane was born in June."]);
    assert_eq!(mail("See HTML.", "<p>Jane was born<br>in May.</p>"), ["See HTML.", "Jane was born\nin May.\n"]);
}

#[test]
fn messages_inside_are_items() {
    let inner = "From: in@example.com\nTo: b@example.com\nSubject: inner\n\ninner text\n";
    let mail = format!(
        "From: a@example.com\nTo: b@example.com\nSubject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n{inner}\n--b--\n"
    );
    let found = unfold("a.eml", mail.as_bytes());
    assert_eq!(found.contents(), [("a.eml#part-1", inner.as_bytes())]);
    assert_eq!(found.texts.last().map(|text| text.text.as_str()), Some("inner text\n"));
}

#[test]
fn encrypted_messages_are_told() {
    let mail = "From: a@example.com\nTo: b@example.com\nSubject: s\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nAAAA\n";
    assert_eq!(unfold("a.eml", mail.as_bytes()).problems(), [("a.eml!/smime.p7m", Category::Encrypted)]);
}

#[test]
fn old_charsets_are_read() {
    let (body, ..) = encoding_rs::SHIFT_JIS.encode("お客様の電話番号");
    let mut mail = b"From: a@example.com\nTo: b@example.com\nSubject: s\nContent-Type: text/plain; charset=shift_jis\n\n".to_vec();
    mail.extend_from_slice(&body);
    assert_eq!(unfold("a.eml", &mail).texts[1].text, "お客様の電話番号");
}

#[test]
fn hostile_messages_are_survived() {
    let head = "From: a@example.com\nTo: b@example.com\nSubject: s\n";
    let nested: String = (0..2000).map(|at| format!("Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n")).collect();
    let found = unfold("a.eml", format!("{head}{nested}").as_bytes());
    assert_eq!(found.problems(), [("a.eml", Category::Limit)]);
    for tail in [
        "Content-Type: multipart/mixed; boundary=\"\"\n\nx",
        "Content-Type: multipart/mixed; boundary=b\n\n--b",
        "Content-Type:",
        ": x\n\ny",
        "",
    ] {
        unfold("a.eml", format!("{head}{tail}").as_bytes());
    }
}
