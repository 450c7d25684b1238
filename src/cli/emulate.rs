//! `feedbake emulate`.

use serde_json::json;

use super::Ended;
use super::args::{EmulateArgs, Renewal};
use super::failure::{Code, Failure};
use super::ui::Voice;
use crate::emulator::{Emulator, Fault, Rotation, World};

/// Plays Instagram's API and CDN until it is stopped.
pub fn run(voice: &Voice, flags: &EmulateArgs) -> Ended {
    if flags.list_faults {
        for fault in Fault::ALL {
            voice.result(&format!("{:<24} {}", fault.to_string(), fault.about()));
        }
        return Ok(Code::Done);
    }
    let faults: Vec<Fault> =
        flags.fault.iter().map(|word| word.parse().map_err(|_| Failure::no_fault(word))).collect::<Result<_, _>>()?;
    let mut world = match &flags.folder {
        Some(folder) => World::from_folder(folder).map_err(|error| Failure::of_folder(&error))?,
        None => World::demo(),
    };
    world.rotation = match flags.renewal {
        Renewal::Same => Rotation::Same,
        Renewal::Another => Rotation::Another,
        Renewal::AnotherEndsTheOld => Rotation::AnotherEndsTheOld,
    };
    world.clock_offset = flags.clock.unwrap_or_default();
    let emulator = Emulator::start_on(world, flags.port).map_err(|error| Failure::of_port(flags.port, &error))?;
    for fault in faults {
        emulator.fault(fault);
    }
    let (base, token) = (emulator.base(), emulator.token());
    if voice.json {
        voice.json(&json!({ "base": base, "token": token }));
    } else {
        // The token opens this emulator and nothing else; it is meant to be copied.
        voice.result(&format!("export INSTAGRAM_ACCESS_TOKEN={token}"));
        voice.result(&format!("feedbake --api-base {base}"));
    }
    voice.say("Ctrl-C ends it");
    loop {
        std::thread::park();
    }
}
