//! Names, addresses, telephones, dates of birth in running text, language by language.
//! `«…»` marks what must be found, exactly; a line without marks must give nothing.

use crate::{
    detect::{Detectors, text::Finding},
    format::TextKind,
};
use std::sync::LazyLock;

static DETECTORS: LazyLock<Detectors> = LazyLock::new(|| Detectors::builtin().expect("built-in files load"));

fn findings(text: &str, kind: TextKind) -> Vec<Finding> {
    let mut found = Vec::new();
    DETECTORS.scan_text(text.as_bytes(), kind, &mut found);
    found
}

/// Every text's marks are what this detector finds in it.
fn check(id: &str, texts: &[&str]) {
    let mut wrong = Vec::new();
    for marked in texts {
        let text = marked.replace(['«', '»'], "");
        let wanted: Vec<&str> = marked.split('«').skip(1).map(|part| part.split('»').next().unwrap_or_default()).collect();
        let found = findings(&text, TextKind::Prose);
        let got: Vec<&str> = found
            .iter()
            .filter(|one| DETECTORS.get(one.detector).id == id && !one.test_value)
            .map(|one| &text[one.start..one.start + one.length])
            .collect();
        if got != wanted {
            wrong.push(format!("{marked}\n    found {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_stand_in_english_prose() {
    check(
        "full_name",
        &[
            "Dear «Margaret Foster», thank you for your letter.",
            "Please forward it to Mr. «O'Brien» by noon.",
            "Kind regards,\n\n«Susan Whitaker»\nHead of Payroll",
            "Patient: «Kowalski, Adam»\nWard 4",
            "The claim of «J.R. Henderson» was settled; ms. «Delacroix» was told.",
            "This morning «Karen» said that the roof leaks.",
            "«DOROTHY JENKINS» signed the lease.",
            "Producer «Walter Vandermeer III» left.",
            "«Emma Clarke-Jones» met «Fletcher Hill» in Leeds.",
            "\"We all knew,\" says «Henderson».",
            "Attendees: «Priya Raman», «Tomasz Zielinski»",
            "«Brad Whitman» wrote it, and later nobody heard of «Whitman» again.",
        ],
    );
}

#[test]
fn names_stand_in_german_prose() {
    check(
        "full_name",
        &[
            "Sehr geehrte Frau «Neumann», vielen Dank für Ihre Nachricht und die Unterlagen.",
            "Sehr geehrter Herr Dr. «von Bülow», anbei der Vertrag und die Rechnung.",
            "Mit freundlichen Grüßen\n\n«Katharina Hoffmann»\nGeschäftsführerin",
            "Patientin: «Schäfer, Ingrid»\nDie Aufnahme und die Diagnose",
            "Ansprechpartner: «Jürgen Krüger»",
            "Der Vertrag mit «Annegret Müller-Lüdenscheidt» und der Bank wurde gekündigt.",
            "Mein Name ist «Uwe Petersen» und ich wohne hier.",
            "«Stefan Becker» wohnt in der Nähe und arbeitet bei der Stadt.",
        ],
    );
}

#[test]
fn names_stand_in_french_spanish_and_italian_prose() {
    check(
        "full_name",
        &[
            "Chère Madame «Lefebvre», nous vous remercions de votre lettre.",
            "Patient : «DUPONT Jean»",
            "Cordialement,\n«Amélie Rousseau»",
            "Je m'appelle «Thierry Lambert» et je travaille ici.",
            "Monsieur «Benoît de La Fontaine» habite à Lyon.",
            "Le contrat de «Jean-Pierre Marchand» est signé.",
            "Estimado señor «García», le escribimos por su pedido.",
            "Paciente: «María del Carmen García López»",
            "Me llamo «Álvaro Jiménez Ortega» y vivo aquí.",
            "Un saludo,\n«Lucía Fernández»",
            "La demanda de «José Luis Rodríguez de la Vega» fue admitida.",
            "Gentile Dott.ssa «Bianchi», la ringraziamo.",
            "Cordiali saluti\n\n«Giuseppe Esposito»",
            "Paziente: «Rossi, Francesca»",
            "Mi chiamo «Alessandro De Luca» e abito qui.",
        ],
    );
}

#[test]
fn names_stand_in_portuguese_and_dutch_prose() {
    check(
        "full_name",
        &[
            "Prezado Senhor «Oliveira», agradecemos a sua mensagem.",
            "Meu nome é «Maria Aparecida dos Santos Oliveira» e moro aqui.",
            "Atenciosamente,\n«Rodrigo Carvalho»",
            "Paciente: «João Pedro Almeida»",
            "Geachte heer «Van Dijk», hartelijk dank voor uw brief.",
            "Met vriendelijke groet,\n\n«Sanne de Vries»",
            "Mijn naam is «Jeroen van den Berg» en ik woon hier.",
            "Patiënt: «Jansen, Willem»",
            "De huurder «Pieter ten Hoopen» heeft betaald.",
        ],
    );
}

#[test]
fn what_only_looks_like_a_name_is_none() {
    check(
        "full_name",
        &[
            // Firms and products.
            "Goldman Sachs and Johnson & Johnson reported growth.",
            "The Mercedes Benz was parked next to a Calvin Klein Outlet.",
            "Die Müller Logistik GmbH und die Schneider AG liefern heute.",
            "La Société Martin SARL et le Groupe Bernard sont partenaires.",
            "El Banco Santander y la Fundación Juan March firmaron.",
            "La Banca Monte dei Paschi e la Fondazione Agnelli sono qui.",
            "O Banco Itaú e a Fundação Getúlio Vargas assinaram.",
            "De Stichting Anne Frank en de firma Jansen BV tekenden.",
            // Places and streets.
            "San Francisco, Santa Barbara and Virginia Beach are warm.",
            "Er fuhr von Frankfurt nach Bad Homburg und weiter über die Lange Straße.",
            "Nous allons à Saint-Denis, puis rue Victor Hugo et place Charles de Gaulle.",
            "Vive cerca de la Plaza Mayor de Salamanca y del Hospital Gregorio Marañón.",
            "Siamo andati a San Gimignano e in Piazza San Marco.",
            "Fomos a São Paulo e ao Rio de Janeiro pela Avenida Paulista.",
            "Wij gingen naar Den Haag en het Vondelpark.",
            // Months, days, headings.
            "The Annual Report of April and May was late; see June.",
            "Am Montag im August und am Freitag im Mai ist geschlossen.",
            "Lundi en Janvier, Mardi en Mars.",
            "El Lunes de Enero, el Martes de Abril.",
            "Lunedì di Gennaio, Martedì di Marzo.",
            "Segunda de Janeiro, Terça de Abril.",
            "Maandag in Januari, Dinsdag in Mei.",
            "TERMS AND CONDITIONS\nPRIVATE AND CONFIDENTIAL\nTABLE OF CONTENTS",
            "Sehr geehrte Damen und Herren, die Rechnung und der Vertrag liegen bei.",
            "Estimados Señores: Adjunto la Factura del Servicio Técnico.",
            "the cat sat on the mat and will mark may the price of grace",
        ],
    );
}

#[test]
fn names_are_read_in_texts_without_capitals() {
    check(
        "full_name",
        &[
            "hi, my name is «vittoria»",
            "please follow up with «patricia desrosiers» in a couple of months.",
            "i met «jessica miller» there",
            "the green hill was steep and the baker sold his last bread",
        ],
    );
}

#[test]
fn postal_addresses_of_many_countries_stand_in_prose() {
    check(
        "postal_address",
        &[
            // United States
            "She lives at «4642 Forest Court, Memphis, TN 38140» now.",
            "Ship to «1200 N Main Street, Apt. 5, Dallas, TX 75201-1234».",
            "Mail it to «P.O. Box 4417, Austin, TX 78765».",
            "He moved to «Unit 4526 Box 0671, DPO AP 51065» last year.",
            "Write to «USNS Mercy\nFPO AP 96672» please.",
            // United Kingdom, Ireland
            "Her home is «14 High Street, London SW1A 1AA» and his is not.",
            "Post to «Flat 2, 27 Mill Lane, Leeds LS1 4DY».",
            // Australia
            "She moved to «8/14 Collins Street, Melbourne VIC 3000» in May.",
            "They rent «12 Grafton Street, Dublin D02 AF30».",
            // Germany, Austria, Switzerland
            "Anschrift: «Bahnhofstraße 97a, 20668 Hamburg»",
            "Er wohnt «Am Sandtorkai 5, 20457 Hamburg» und arbeitet dort.",
            "Wir liefern an «Mariahilfer Straße 12/3, 1060 Wien».",
            "Sitz: «Seestrasse 45, CH-8002 Zürich»",
            // France, Belgium, Luxembourg
            "Il habite «26 bis rue des Lilas, 75020 Paris» depuis mars.",
            "Adresse : «12 avenue de la République, 69003 Lyon»",
            "Elle vit «Rue de la Loi 16, 1000 Bruxelles» avec lui.",
            // Spain, Portugal, Brazil
            "Vive en «Calle Mayor 15, 28013 Madrid» desde mayo.",
            "Domicilio: «Avenida de la Constitución, 8, 41001 Sevilla»",
            "Mora na «Rua Augusta 110, 1100-053 Lisboa» com a filha.",
            "Endereço: «Avenida Paulista 1578, São Paulo»",
            // Italy
            "Abita in «Via Garibaldi 22, 20121 Milano» da anni.",
            // Netherlands
            "Zij woont aan «Prinsengracht 263, 1016 GV Amsterdam» in huis.",
            // Canada, Australia, New Zealand
            "Her new place is «250 Queen Street, Toronto, ON M5V 2Z5» she said.",
            "Send to «88 George Street, Sydney NSW 2000» today.",
            // Poland, Czech Republic, Hungary
            "Adres: «ul. Marszałkowska 10, 00-590 Warszawa»",
            "Bydliště: «Dlouhá ulice 12, 110 00 Praha»",
            "Lakcím: «Kossuth Lajos utca 12, 1053 Budapest»",
            // Sweden, Norway, Denmark, Finland
            "Hon bor på «Storgatan 5, 114 55 Stockholm» nu.",
            "Han bor i «Kirkeveien 64, 0364 Oslo» nå.",
            "De bor på «Vestergade 12, 8000 Aarhus» nu.",
            "Osoite: «Mannerheimintie 5, 00100 Helsinki»",
        ],
    );
}

#[test]
fn what_only_looks_like_an_address_is_none() {
    check(
        "postal_address",
        &[
            "In 2025 the street was closed for 3 days in Court.",
            "Version 12 of Windows 10 shipped on 15 Sep 2025.",
            "Am Montag, 5. Mai, kamen 12 Personen auf Seite 7.",
            "We won 3 to 2, and 10 Downing officials said so.",
            "Unit 5 of the course and Floor 3 are closed.",
            "Natalia 25, Australia 12, Season 3.",
            "connected via VLAN 12 to port 443 on Server 9",
            "Northfield Harbor Group, 1 Harbor Plaza, Chicago, IL 60601",
            "He sent 3 via email, and 2 via fax.",
            "The Diamond Ring 14 was lost.",
            "Order 4417 has 5 new ways to close the road.",
            "El artículo 5 de la ley y el capítulo 12 del código.",
            "L'article 9 du code et la page 12 du rapport.",
        ],
    );
}

#[test]
fn telephones_stand_in_national_notations() {
    check(
        "phone",
        &[
            "call me at «(425) 882-6710» or «1-425-882-6711»",
            "Tel.: «030 12345678» (Berlin)",
            "tél. «01 42 68 53 00» à Paris",
            "teléfono «91 523 45 67» en Madrid",
            "telefono «06 6982 1234» a Roma",
            "telefone «21 343 2148» em Lisboa",
            "telefoon «020 624 1111» te Amsterdam",
            "phone «020 7946 1958» in London",
            "«+43 1 58858 0» Wien, «+41 44 668 18 00» Zürich",
            "«(02) 9374 4000» Sydney phone",
            "«28-64-66-98» office\n«930.167.3943» fax",
            "«780 6326»-Office",
        ],
    );
}

#[test]
fn numbers_of_other_things_are_no_telephones() {
    check(
        "phone",
        &[
            "order no. 4258826710 shipped on 2025-01-02 10:00:00",
            "invoice 2024-000123-4567 of 12.03.2024",
            "Personnummer 19640823-3234 och ISBN 978-3-16-148410-0",
            "total 1 234 567.89 and 12 345 678 units",
            "Bestellnummer 0815 4711 vom 01.02.2023",
            "2024 1122 3344 office: closed",
        ],
    );
}

#[test]
fn dates_of_birth_stand_in_words() {
    check(
        "birth_date",
        &[
            "She was born on «March 5, 1961» in Leeds.",
            "DOB: «5th of March 1961»",
            "geboren am «12. Dezember 1961» in Köln",
            "née le «1er mars 1961» à Lyon",
            "nacida el «3 de enero de 1970» en Vigo",
            "nato il «14 febbraio 1975» a Torino",
            "nascido em «7 de setembro de 1980»",
            "geboren op «2 mei 1959» te Gent",
            "The meeting of March 5, 1961 was held in Leeds.",
            "born 12 apples ago in the year 1961",
        ],
    );
}
