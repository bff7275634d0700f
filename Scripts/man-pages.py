#!/usr/bin/env python3
"""Writes the manual pages of the tool, from what it says about itself.

usage: man-pages.py TOOL FOLDER DATE
"""
import json
import pathlib
import subprocess
import sys
import textwrap

SECTION = "User Commands"


def escaped(text):
    return text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")


def line(text):
    """A line of text that is no request."""
    text = escaped(text)
    return "\\&" + text if text.startswith(".") or text.startswith("\\(aq") else text


def paragraphs(text):
    """The lines of a text with its paragraphs."""
    result = []
    for paragraph in text.strip().split("\n\n"):
        result.append(".PP")
        result += [line(part) for part in paragraph.splitlines()]
    return result


def spelled(name):
    return ("-" if name["kind"] == "short" else "--") + name["name"]


def placeholder(argument):
    return argument.get("valueName", "value")


def synopsis(argument):
    if argument["kind"] == "positional":
        text = f"\\fI{escaped(placeholder(argument))}\\fR"
        if argument["isRepeating"]:
            text += " ..."
    else:
        text = f"\\fB{escaped(spelled(argument['preferredName']))}\\fR"
        if argument["kind"] == "option":
            text += f" \\fI{escaped(placeholder(argument))}\\fR"
    return f"[{text}]" if argument["isOptional"] else text


def entry(argument):
    """An argument with what it means."""
    if argument["kind"] == "positional":
        head = f"\\fI{escaped(placeholder(argument))}\\fR"
    else:
        head = ", ".join(f"\\fB{escaped(spelled(name))}\\fR" for name in argument["names"])
        if argument["kind"] == "option":
            head += f" \\fI{escaped(placeholder(argument))}\\fR"
    text = argument.get("abstract", "")
    more = []
    if argument.get("allValues"):
        more.append("one of: " + ", ".join(argument["allValues"]))
    if "defaultValue" in argument and "(default" not in text:
        more.append("default: " + argument["defaultValue"])
    if more:
        text = (text + " (" + "; ".join(more) + ")").strip()
    return [".TP", head, *(line(part) for part in textwrap.wrap(text, 100, break_on_hyphens=False))]


def shown(items):
    return [item for item in items or [] if item.get("shouldDisplay", True)]


def heading(name, date, version):
    return f'.TH {name.upper()} 1 "{date}" "ktls-trace {version}" "{SECTION}"'


def summary(text):
    """The first sentence, as the line NAME of a page has it."""
    first = text.split("\n")[0].split(". ")[0].rstrip(".")
    return first[0].lower() + first[1:] if first else "no summary"


def page(command, date, version):
    name = f"ktls-trace-{command['commandName']}"
    arguments = shown(command.get("arguments"))
    first_option = ["[\\fIoptions\\fR]"] if any(a["kind"] != "positional" for a in arguments) else []
    positional = [synopsis(a) for a in arguments if a["kind"] == "positional"]
    required = [synopsis(a) for a in arguments if a["kind"] != "positional" and not a["isOptional"]]
    lines = [heading(name, date, version), ".SH NAME", f"{escaped(name)} \\- {escaped(summary(command['abstract']))}"]
    lines += [".SH SYNOPSIS", " ".join([f"\\fBktls\\-trace {escaped(command['commandName'])}\\fR", *first_option, *required, *positional])]
    lines += [".SH DESCRIPTION", *paragraphs(command["abstract"])]
    if command.get("discussion"):
        lines += paragraphs(command["discussion"])
    if arguments:
        lines.append(".SH OPTIONS")
        for argument in arguments:
            lines += entry(argument)
    lines += [".SH SEE ALSO", ".BR ktls\\-trace (1)", ".PP", "/usr/share/doc/ktls\\-trace has the documentation."]
    return name, lines


def main():
    tool, folder, date = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    dump = subprocess.run([tool, "--experimental-dump-help"], check=True, capture_output=True).stdout
    version = subprocess.run([tool, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    command = json.loads(dump)["command"]
    subcommands = [c for c in shown(command["subcommands"]) if c["commandName"] != "help"]
    head, _, codes = command["abstract"].partition("Exit codes:")
    codes = (codes or command.get("discussion", "")).strip().removeprefix("Exit codes:")
    lines = [heading("ktls-trace", date, version), ".SH NAME", f"ktls\\-trace \\- {escaped(summary(head.strip()))}"]
    lines += [".SH SYNOPSIS", "\\fBktls\\-trace\\fR \\fIcommand\\fR [\\fIarguments\\fR]", ".SH DESCRIPTION", *paragraphs(head)]
    lines.append(".SH COMMANDS")
    pages = {}
    for subcommand in subcommands:
        name, body = page(subcommand, date, version)
        pages[name] = body
        lines += [".TP", f"\\fB{escaped(name)}\\fR(1)", line(subcommand["abstract"])]
    if shown(command.get("arguments")):
        lines.append(".SH OPTIONS")
        for argument in shown(command["arguments"]):
            lines += entry(argument)
    if codes.strip():
        lines.append(".SH EXIT STATUS")
        for code in codes.strip().rstrip(".").split(";"):
            number, _, meaning = code.strip().partition(" ")
            if number.isdigit() and meaning.startswith("and "):
                _, other, rest = meaning.split(" ", 2)
                number, meaning = f"{number}, {other}", rest
            lines += [".TP", f"\\fB{escaped(number)}\\fR", line(meaning)]
    lines += [".SH FILES", "\\fI/usr/share/doc/ktls\\-trace\\fR has the documentation."]
    lines += [".SH SEE ALSO", ",\n".join(f".BR {escaped(name)} (1)" for name in pages).replace("(1),", "(1),")]
    pages["ktls-trace"] = lines
    for name, body in pages.items():
        (folder / f"{name}.1").write_text("\n".join(body) + "\n")


main()
