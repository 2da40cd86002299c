"""The kinds of browsers, as data: where each is installed, and how it is started."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ganzoo.errors import BrowserMissingError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, eq=False)
class Family:
    """A kind of browser. `{profile}` in a flag or a variable stands for the folder of the fresh profile.

    `names` are searched on PATH, and then the `places`, which can contain variables, ~ and *. A browser belongs to the
    family if one of `words` is in its file name or version. `files` are written into the profile. `display` says what
    happens without an X or Wayland display: the browser draws nothing ("needed") or has no WebGL ("wanted").
    """

    name: str
    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    root_flags: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    display: Literal["unused", "wanted", "needed"] = "unused"

    def __repr__(self) -> str:
        return self.name

    def arguments(self, profile: Path) -> list[str]:
        """Return the arguments between the program and the URL."""
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        return [flag.replace("{profile}", str(profile)) for flag in (*self.flags, *(self.root_flags if root else ()))]

    def environment(self, profile: Path) -> dict[str, str]:
        """Return the environment variables that differ from those of ganzoo."""
        variables = {name: value.replace("{profile}", str(profile)) for name, value in self.variables}
        if "HOME" in variables:  # where a display's key and its socket are sought
            key = os.path.expanduser("~/.Xauthority")  # noqa: PTH111 - Path's raises for a user without a home
            variables["XAUTHORITY"] = os.environ.get("XAUTHORITY", key)
            if "WAYLAND_DISPLAY" in os.environ and "XDG_RUNTIME_DIR" in os.environ:
                variables["XDG_RUNTIME_DIR"] = os.environ["XDG_RUNTIME_DIR"]
        return variables

    def on_display(self) -> list[str]:
        """Return what must precede the program: a virtual X server if there is no display.

        Raises `BrowserMissingError` if the family needs a display and there is no virtual X server either.
        """
        here = sys.platform in ("win32", "darwin") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        if self.display == "unused" or here:
            return []
        xvfb = shutil.which("xvfb-run")
        if xvfb is None and self.display == "needed":
            raise BrowserMissingError(
                f"{self.name} needs a display, but this machine has none.",
                "Install Xvfb (Debian: apt-get install xvfb xauth).",
            )
        return [xvfb, "-a"] if xvfb else []


def _user_js(preferences: Mapping[str, bool | int | str]) -> str:
    return "".join(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items())


# Where browsers write outside of their profile.
XDG = tuple((f"XDG_{kind}_HOME", f"{{profile}}/{kind.lower()}") for kind in ("CACHE", "CONFIG", "DATA", "STATE"))

# A fresh home, where there is no flag for a profile or it is not enough: Unix's names, then Windows'. A proxy that the
# environment names is not asked for what is on loopback.
HOME = (
    *XDG,
    *((name, "{profile}") for name in ("HOME", "XDG_RUNTIME_DIR", "USERPROFILE", "APPDATA", "LOCALAPPDATA")),
    ("no_proxy", "127.0.0.1,localhost"),
)

CHROMIUM = Family(
    name="chromium",
    names=(
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "chrome",
        "microsoft-edge",
        "microsoft-edge-stable",
        "msedge",
    ),
    places=(
        "/usr/lib/chromium/chromium",
        "/snap/bin/chromium",
        "/opt/google/chrome/chrome",
        "/opt/microsoft/msedge/msedge",
        "/var/lib/flatpak/exports/bin/org.chromium.Chromium",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        "~/Applications/Chromium.app/Contents/MacOS/Chromium",
        "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "${PROGRAMFILES}/Google/Chrome/Application/chrome.exe",
        "${PROGRAMFILES(X86)}/Google/Chrome/Application/chrome.exe",
        "${LOCALAPPDATA}/Google/Chrome/Application/chrome.exe",
        "${LOCALAPPDATA}/Chromium/Application/chrome.exe",
        "${PROGRAMFILES(X86)}/Microsoft/Edge/Application/msedge.exe",
        "${PROGRAMFILES}/Microsoft/Edge/Application/msedge.exe",
    ),
    words=("chrome", "chromium", "edge", "brave", "opera", "vivaldi"),
    flags=(
        "--user-data-dir={profile}",
        "--headless=new",
        # WebGL2 with float targets and WebGPU also where there is no GPU: then, and only then, SwiftShader computes
        "--enable-unsafe-swiftshader",
        "--enable-unsafe-webgpu",
        "--ignore-gpu-blocklist",
        # a fresh profile asks nothing and calls nobody
        "--no-first-run",
        "--no-default-browser-check",
        "--no-proxy-server",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-extensions",
        "--disable-sync",
        "--disable-breakpad",
        "--password-store=basic",
        "--use-mock-keychain",
        # full speed, though nobody looks at the page
        "--disable-background-timer-throttling",
        "--disable-backgrounding-occluded-windows",
        "--disable-renderer-backgrounding",
        # a page that measures its memory is answered now, not after the next garbage collection
        "--enable-blink-features=ForceEagerMeasureMemory",
        # containers give /dev/shm 64 MB, and a browser that fills it crashes
        "--disable-dev-shm-usage",
        # the page's console goes to stderr
        "--enable-logging=stderr",
    ),
    # its sandbox refuses to run as root; for everybody else it stays on
    root_flags=("--no-sandbox",),
    variables=XDG,
)

FIREFOX = Family(
    name="firefox",
    names=("firefox", "firefox-esr", "firefox-developer-edition", "firefox-nightly", "librewolf"),
    places=(
        "/usr/lib/firefox/firefox",
        "/usr/lib64/firefox/firefox",
        "/opt/firefox/firefox",
        "/Applications/Firefox.app/Contents/MacOS/firefox",
        "~/Applications/Firefox.app/Contents/MacOS/firefox",
        "${PROGRAMFILES}/Mozilla Firefox/firefox.exe",
        "${PROGRAMFILES(X86)}/Mozilla Firefox/firefox.exe",
        "${LOCALAPPDATA}/Mozilla Firefox/firefox.exe",
    ),
    words=("firefox", "librewolf"),
    # on Windows the program starts another; it is to stay until that has ended
    flags=("--headless", "--no-remote", "--wait-for-browser", "--profile", "{profile}"),
    files=(
        (
            "user.js",
            _user_js(
                {
                    # WebGL and WebGPU also where there is no GPU, and the adapter by its name
                    "webgl.forbid-software": False,
                    "webgl.sanitize-unmasked-renderer": False,
                    "dom.webgpu.enabled": True,
                    "gfx.webgpu.ignore-blocklist": True,
                    # a clock of nanoseconds instead of 20 us
                    "privacy.reduceTimerPrecision": False,
                    "privacy.reduceTimerPrecision.unconditional": False,
                    # full speed, though nobody looks at the page; no question about a script that takes long
                    "dom.timeout.enable_budget_timer_throttling": False,
                    "dom.min_background_timeout_value": 4,
                    "widget.windows.window_occlusion_tracking.enabled": False,
                    "dom.ipc.reportProcessHangs": False,
                    # it calls nobody, whatever asks it to: no names are resolved, no proxy is used
                    "network.dns.disabled": True,
                    "network.proxy.type": 0,
                    # and these need not try
                    "app.normandy.enabled": False,
                    "app.update.auto": False,
                    "browser.newtabpage.enabled": False,
                    "browser.region.update.enabled": False,
                    "browser.safebrowsing.downloads.enabled": False,
                    "browser.safebrowsing.malware.enabled": False,
                    "browser.safebrowsing.phishing.enabled": False,
                    "datareporting.healthreport.uploadEnabled": False,
                    "datareporting.policy.dataSubmissionEnabled": False,
                    "datareporting.usage.uploadEnabled": False,
                    "dom.push.connection.enabled": False,
                    "extensions.update.enabled": False,
                    "media.gmp-manager.updateEnabled": False,
                    "network.captive-portal-service.enabled": False,
                    "network.connectivity-service.enabled": False,
                    "services.settings.server": "data:,",
                    "toolkit.telemetry.unified": False,
                    # it asks and shows nothing of its own
                    "browser.aboutwelcome.enabled": False,
                    "browser.sessionstore.resume_from_crash": False,
                    "browser.shell.checkDefaultBrowser": False,
                    "browser.startup.homepage_override.mstone": "ignore",
                    "browser.startup.page": 0,
                    "termsofuse.bypassNotification": True,
                    # the page's console goes to stdout
                    "devtools.console.stdout.content": True,
                }
            ),
        ),
    ),
    variables=(*HOME, ("MOZ_CRASHREPORTER_DISABLE", "1")),
    display="wanted",
)

WEBKITGTK = Family(
    name="webkitgtk",
    names=("MiniBrowser",),
    # no system puts it on PATH
    places=tuple(
        f"{folder}/{version}/MiniBrowser"
        for folder in ("/usr/lib/*-linux-gnu*", "/usr/libexec", "/usr/lib", "/usr/lib64")
        for version in ("webkitgtk-6.0", "webkit2gtk-4.1", "webkit2gtk-4.0")
    ),
    words=("minibrowser", "webkitgtk"),
    # no --private: such a session keeps what the page writes to the console to itself
    flags=("--enable-write-console-messages-to-stdout=true",),
    variables=(
        *HOME,
        ("JSC_useSharedArrayBuffer", "1"),  # which Safari has in an isolated page, and WebKitGTK leaves out
        ("NO_AT_BRIDGE", "1"),  # no service for screen readers is started
        ("GSETTINGS_BACKEND", "memory"),
    ),
    display="needed",
)

OTHER = Family(name="other", variables=HOME)

FAMILIES = (CHROMIUM, FIREFOX, WEBKITGTK)


def family_of(*texts: str) -> Family:
    """Return the first family that one of `texts` (a version line, a file name) names, else `OTHER`."""
    for text in texts:
        for family in FAMILIES:
            if any(word in text.lower() for word in family.words):
                return family
    return OTHER
