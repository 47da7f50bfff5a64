"""Every rule by its id: how severe it is, whether it blocks, and what it means. docs/screening.md is made of this."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    severity: str  # info | warning | error
    blocking: bool
    text: str


def _error(text: str) -> Rule:
    return Rule("error", True, text)


def _warning(text: str) -> Rule:
    return Rule("warning", False, text)


def _info(text: str) -> Rule:
    return Rule("info", False, text)


RULES: dict[str, Rule] = {
    # package
    "package.forbidden-file": _error(
        "A file that never belongs into a package: a repository, an environment, keys, caches."
    ),
    "package.archive-inside": _warning("An archive inside the package is looked into for secrets only."),
    "package.odd-file": _warning("A file of a build, an editor or a log that nobody needs."),
    "package.missing-file": _warning("A file that every listing should have is missing."),
    "package.warning": _info("The format's own reader found this odd."),
    # secrets
    "secrets.private-key": _error("A private key."),
    "secrets.provider-key": _error("A key in the shape of a known service's keys."),
    "secrets.assignment": _error("A fixed value stands where a secret is named."),
    "secrets.url-password": _error("An address that carries a user's password."),
    "secrets.not-read": _warning("A text, or an archive, that was not looked into for secrets."),
    # binaries
    "binaries.executable": _error("A program or library in machine code: it cannot be reviewed."),
    "binaries.bytecode": _error("Compiled Python: it cannot be reviewed."),
    "binaries.wheel": _warning("A wheel that is installed without being looked at."),
    "binaries.disguised": _error("The content is a program or an archive, the name says otherwise."),
    "binaries.script": _warning("A shell script or another program text that is not Python."),
    # dependencies
    "dependencies.url": _error("A requirement that comes from an address in place of the index."),
    "dependencies.index": _error("The requirements name an index of their own."),
    "dependencies.typosquat": _error("A name that is nearly that of a popular package."),
    "dependencies.dressed-up": _warning("A name that dresses up a popular package's name."),
    "dependencies.unpinned": _warning("A requirement without any bound."),
    "dependencies.lower-bound": _info("A requirement with only a lower bound."),
    "dependencies.vulnerable": _warning("A pinned version with a known vulnerability."),
    "dependencies.malicious": _error("A package that an advisory calls malicious."),
    "dependencies.unreadable": _warning("Requirements that cannot be read."),
    # code
    "code.unreadable": _error("A Python file that cannot be parsed."),
    "code.too-tangled": _warning("The source could not be followed to its end in the time that there is."),
    "code.exec": _error("Code is run that is made or fetched while the plugin runs."),
    "code.exec-hidden": _error("Code is run, and how is hidden from a reader."),
    "code.exec-literal": _warning("Code that stands in a text is run."),
    "code.unsafe-load": _warning("Data is loaded in a way that can run code of its choosing."),
    "code.unsafe-load-hidden": _error("Hidden or fetched data is loaded in a way that can run code of its choosing."),
    "code.pickle": _error("A file that starts something when it is loaded: pickles are programs."),
    "code.process": _warning("Another program is started."),
    "code.process-hidden": _error("Another program is started, and which one is hidden from a reader."),
    "code.native": _warning("A library in machine code is loaded by name."),
    "code.import-hidden": _error("A module is imported by a name that is hidden from a reader."),
    "code.import-computed": _warning("A module is imported by a name that is made while the plugin runs."),
    "code.install": _error("Packages are installed while the plugin runs."),
    # files
    "files.other-plugin": _error(
        "Files outside the plugin's own folder are read: those of other plugins or of the host."
    ),
    "files.host-secret": _error("A file that holds secrets of the host is read."),
    "files.host": _warning("A file of the host is read."),
    "files.written-system": _error("A file is written that the host or another plugin acts on."),
    "files.written-outside": _warning("A file outside the plugin's own and the temporary folder is written."),
    # network
    "network.undeclared-host": _error("A host is contacted that neither the listing nor the privacy statement names."),
    "network.address": _error("A public address is contacted by number."),
    "network.drop-point": _error("A service is contacted that takes in anybody's data: a paste, tunnel, bot or hook."),
    "network.unnamed-address": _error("An address stands in the code's texts that nothing names, wherever it may go."),
    "network.mentioned-host": _info("An address stands in the code that the listing does not name."),
    "network.user-given": _info("The host is chosen by whoever configures or calls the plugin."),
    "network.hidden-host": _error("The address is hidden from a reader."),
    "network.runtime-host": _info("The address is made while the plugin runs."),
    "network.no-timeout": _info("A request without a time limit can hang the plugin."),
    "network.listens": _warning("A port is opened."),
    # credentials
    "credentials.exfiltration": _error("Credentials reach a host that is not the service's own."),
    "credentials.environment": _error("The process's environment is sent to a host."),
    "credentials.host-file": _error("Content of a file outside the plugin is sent to a host."),
    "credentials.unknown-host": _warning("Credentials reach a host that cannot be told from the code."),
    "credentials.leaked": _error("Credentials themselves are logged, raised, answered, kept in a file, or handed on."),
    "credentials.logged": _warning("Credentials are written to the log."),
    "credentials.shown": _warning("Credentials are put into the plugin's answer."),
    "credentials.stored": _info("Credentials are put into the plugin's storage."),
    "credentials.passed-on": _warning("Credentials are handed to a model, an app or another plugin."),
    # permissions
    "permissions.undeclared": _error("The code calls back for what the manifest does not declare."),
    "permissions.raw": _error("The code speaks to the host past the SDK, where no declared permission can be told."),
    "permissions.computed": _error(
        "What is called back is only known while the plugin runs: no permission can be told."
    ),
    "permissions.unused": _info("Declared and never used: ask for less."),
    "permissions.endpoint": _error("The package has endpoints and does not declare the permission."),
    # privacy
    "privacy.missing": _warning("There is no privacy policy."),
    "privacy.template": _warning("The privacy policy is the template's."),
    "privacy.unstated-host": _warning("Data goes to a host that is no stated recipient."),
    "privacy.input-undeclared": _error("What users enter reaches a host that nothing names."),
    "privacy.denies-network": _error("The text says that nothing leaves, and the code contacts hosts."),
    "privacy.denies-collection": _error(
        "The text says that nothing is collected or sent and names no recipient; the code sends."
    ),
    "privacy.denies-storage": _error("The text says that nothing is stored, and the code stores."),
    "privacy.denies-use": _error("The text denies a use of data that the code makes."),
    "privacy.retention": _warning("Data is stored and the text does not say how long."),
    "privacy.legal-basis": _warning("Sensitive data without a legal basis."),
    "privacy.unreadable": _error("privacy.yaml cannot be read, or a policy is too long to be."),
    # similarity
    "similarity.copy": _warning("Most of the source is that of another plugin."),
    # rehearsal
    "rehearsal.does-not-install": _error("The environment cannot be built."),
    "rehearsal.does-not-start": _error("The plugin does not start."),
    "rehearsal.build-host": _error(
        "While it was installed, what it requires tried to reach a host that is no package index."
    ),
    "rehearsal.source-refused": _info(
        "An address that its requirements name was not reached: only package indexes are."
    ),
    "rehearsal.undeclared-host": _error("While it ran, the plugin tried to reach a host that nothing names."),
    "rehearsal.file": _error("It, or what it requires, tried to open a file that holds secrets or belongs to others."),
    "rehearsal.host-file": _info("It, or what it requires, tried to open a file of the host."),
    "rehearsal.process": _warning("While it ran, the plugin started another program."),
    "rehearsal.accepts-anything": _info("Made-up credentials were accepted."),
    # listing
    "listing.language": _warning("A text that should be in English is not."),
    "listing.template": _warning("A text of the template has been left."),
    "listing.link": _warning("A link that leads nowhere in the package, or is not safe."),
    "listing.section": _info("A section that readers look for is missing."),
}
