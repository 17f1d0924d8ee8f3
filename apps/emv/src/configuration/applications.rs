//! `aids.toml`: applications, their action codes and limits.

use super::fields::{Bytes, Hex};
use super::{Wrong, parse};
use crate::sale::AMOUNT_MAX;
use emv::contact::terminal::TerminalApplication;
use emv::core::dol::Dol;
use serde::Deserialize;

const FILE: &str = "aids.toml";
/// Most applications.
const APPLICATIONS_MAX: usize = 64;
/// 9F37 in a list of data objects.
const UNPREDICTABLE: u32 = 0x9F37;

/// An application that the terminal takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// What people call it.
    pub name: String,
    /// 5 to 16 bytes.
    pub aid: Vec<u8>,
    /// Whether a card's name may go on where this one ends.
    pub partial: bool,
    /// 9F09.
    pub version: [u8; 2],
    /// 9F1B, in minor units.
    pub floor_limit: u32,
    /// Terminal action codes: denial, online, default.
    pub action_codes: [[u8; 5]; 3],
    /// For cards without 9F49.
    pub default_ddol: Option<Vec<u8>>,
    /// For cards without 97.
    pub default_tdol: Option<Vec<u8>>,
    /// 9F1D.
    pub risk_data: Option<Vec<u8>>,
    /// How often the issuer is asked by chance.
    pub random: Option<RandomSelection>,
    /// Where it is taken in the field as well.
    pub contactless: Option<Contactless>,
}

/// EMV Book 3, 10.6.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomSelection {
    /// Percent below the threshold, 0 to 99.
    pub target: u8,
    /// Percent just below the floor limit, `target` to 99.
    pub maximum: u8,
    /// In minor units, below the floor limit.
    pub threshold: u64,
}

/// What holds in the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contactless {
    /// 9F66 before the kernel sets its own bits.
    pub qualifiers: [u8; 4],
    /// From this amount on the card must be inserted.
    pub transaction_limit: u64,
    /// From this amount on the cardholder must be verified.
    pub verification_limit: u64,
    /// 9F1B in the field.
    pub floor_limit: u32,
}

impl Application {
    /// Whether a card's application `name` is this one (EMV Book 1, 12.3.1).
    #[must_use]
    pub fn takes(&self, name: &[u8]) -> bool {
        if self.partial { name.starts_with(&self.aid) } else { name == self.aid.as_slice() }
    }

    /// As the crate takes it.
    pub(crate) fn for_crate(&self) -> TerminalApplication {
        let [denial, online, default] = self.action_codes;
        TerminalApplication {
            aid: self.aid.clone(),
            partial_match_allowed: self.partial,
            application_version_number: self.version,
            terminal_floor_limit: self.floor_limit,
            terminal_risk_management_data: self.risk_data.clone(),
            default_ddol: self.default_ddol.clone(),
            default_tdol: self.default_tdol.clone(),
            tac_denial: Some(denial),
            tac_online: Some(online),
            tac_default: Some(default),
            rts_target_percentage: self.random.map(|random| random.target),
            rts_max_target_percentage: self.random.map(|random| random.maximum),
            rts_threshold_value: self.random.map(|random| random.threshold),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    application: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    name: String,
    aid: Hex,
    partial: bool,
    version: Bytes<2>,
    floor_limit: u32,
    tac_denial: Option<Bytes<5>>,
    tac_online: Option<Bytes<5>>,
    tac_default: Option<Bytes<5>>,
    default_ddol: Option<Hex>,
    default_tdol: Option<Hex>,
    risk_data: Option<Hex>,
    random: Option<RandomSelection>,
    contactless: Option<Field>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Field {
    ttq: Bytes<4>,
    transaction_limit: u64,
    verification_limit: u64,
    floor_limit: u32,
}

pub(super) fn read(bytes: &[u8]) -> Result<Vec<Application>, Wrong> {
    let file: File = parse(FILE, bytes)?;
    let whole = |rule: String| Wrong { file: FILE, line: 0, rule };
    if file.application.len() > APPLICATIONS_MAX {
        return Err(whole(format!("at most {APPLICATIONS_MAX} applications")));
    }
    let mut applications: Vec<Application> = Vec::with_capacity(file.application.len());
    for row in file.application {
        let name = row.name.clone();
        let application = application(row).map_err(|rule| whole(format!("{name}: {rule}")))?;
        if applications.iter().any(|before| before.aid == application.aid) {
            return Err(whole(format!("{name}: its aid is there already")));
        }
        applications.push(application);
    }
    Ok(applications)
}

fn application(row: Row) -> Result<Application, &'static str> {
    let zero = Bytes([0; 5]);
    let application = Application {
        name: row.name,
        aid: row.aid.0,
        partial: row.partial,
        version: row.version.0,
        floor_limit: row.floor_limit,
        action_codes: [row.tac_denial, row.tac_online, row.tac_default]
            .map(|code| code.unwrap_or(zero).0),
        default_ddol: row.default_ddol.map(|Hex(list)| list),
        default_tdol: row.default_tdol.map(|Hex(list)| list),
        risk_data: row.risk_data.map(|Hex(data)| data),
        random: row.random,
        contactless: row.contactless.map(|field| Contactless {
            qualifiers: field.ttq.0,
            transaction_limit: field.transaction_limit,
            verification_limit: field.verification_limit,
            floor_limit: field.floor_limit,
        }),
    };
    check(&application)?;
    Ok(application)
}

fn check(application: &Application) -> Result<(), &'static str> {
    if application.name.is_empty() || application.name.chars().count() > 40 {
        return Err("name has 1 to 40 characters");
    }
    if !(5..=16).contains(&application.aid.len()) {
        return Err("aid has 5 to 16 bytes");
    }
    if let Some(list) = &application.default_ddol {
        let list = Dol::parse(list).map_err(|_| "default-ddol is no list of data objects")?;
        if !list.0.iter().any(|object| object.tag.0 == UNPREDICTABLE) {
            return Err("default-ddol names 9F37 (EMV Book 2, 6.5.1)");
        }
    }
    if let Some(list) = &application.default_tdol {
        Dol::parse(list).map_err(|_| "default-tdol is no list of data objects")?;
    }
    if application.risk_data.as_ref().is_some_and(|data| !(1..=8).contains(&data.len())) {
        return Err("risk-data has 1 to 8 bytes");
    }
    if let Some(random) = application.random {
        if random.maximum > 99 || random.target > random.maximum {
            return Err("random: 0 <= target <= maximum <= 99");
        }
        if random.threshold >= u64::from(application.floor_limit) {
            return Err("random: threshold is below floor-limit");
        }
    }
    if let Some(field) = application.contactless
        && field.transaction_limit.max(field.verification_limit) > AMOUNT_MAX
    {
        return Err("limits are at most 999,999,999,999");
    }
    Ok(())
}
