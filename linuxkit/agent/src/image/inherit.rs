//! What a bundle's config.json leaves to the runtime and to the init that it runs under: LinuxKit's limits, and no
//! capability that it does not name.

use oci_spec::runtime::{PosixRlimit, PosixRlimitBuilder, PosixRlimitType, Spec};

/// Descriptors that LinuxKit's init allows.
const DESCRIPTORS: u64 = 1_048_576;

/// Fills in what is absent.
pub fn inherit(spec: &mut Spec) {
    let Some(mut process) = spec.process().clone() else {
        return;
    };
    // A set that is absent is an empty one; libcontainer would leave it as the agent's, which is full.
    let mut sets = process.capabilities().clone().unwrap_or_default();
    sets.set_bounding(Some(sets.bounding().clone().unwrap_or_default()));
    sets.set_effective(Some(sets.effective().clone().unwrap_or_default()));
    sets.set_permitted(Some(sets.permitted().clone().unwrap_or_default()));
    sets.set_inheritable(Some(sets.inheritable().clone().unwrap_or_default()));
    sets.set_ambient(Some(sets.ambient().clone().unwrap_or_default()));
    process.set_capabilities(Some(sets));
    let mut limits = process.rlimits().clone().unwrap_or_default();
    for (kind, most) in [
        (PosixRlimitType::RlimitNofile, DESCRIPTORS),
        (PosixRlimitType::RlimitNproc, libc::RLIM_INFINITY),
    ] {
        if !limits.iter().any(|limit| limit.typ() == kind) {
            limits.extend(limit(kind, most));
        }
    }
    process.set_rlimits(Some(limits));
    spec.set_process(Some(process));
}

fn limit(kind: PosixRlimitType, most: u64) -> Option<PosixRlimit> {
    PosixRlimitBuilder::default()
        .typ(kind)
        .soft(most)
        .hard(most)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_capabilities_are_none_and_limits_are_linuxkits() {
        let mut spec: Spec = serde_json::from_str(
            r#"{"ociVersion":"1.2.0","process":{"cwd":"/","args":["a"],"user":{"uid":0,"gid":0},
                "capabilities":{"bounding":["CAP_NET_ADMIN"]},
                "rlimits":[{"type":"RLIMIT_NOFILE","soft":7,"hard":8}]}}"#,
        )
        .expect("a spec");
        inherit(&mut spec);
        let process = spec.process().clone().expect("process");
        let sets = process.capabilities().clone().expect("sets");
        assert_eq!(
            sets.bounding().as_ref().map(std::collections::HashSet::len),
            Some(1)
        );
        assert_eq!(
            sets.effective()
                .as_ref()
                .map(std::collections::HashSet::len),
            Some(0)
        );
        assert_eq!(
            sets.ambient().as_ref().map(std::collections::HashSet::len),
            Some(0)
        );
        let limits = process.rlimits().clone().expect("limits");
        assert_eq!(limits.len(), 2);
        assert_eq!(limits[0].soft(), 7);
    }
}
