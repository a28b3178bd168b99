# The face of the project: every target is one call of Python, so that it runs under any shell
# (GNU make 3.81 of macOS and cmd.exe of Windows included). `make` alone shows the targets.
#
# Make decides whether a year must be built; what to build is decided by the pipeline.

ifeq ($(OS),Windows_NT)
PYTHON ?= python
else
PYTHON ?= python3
endif

YEAR ?=
RAW ?= data/raw
PROCESSED ?= data/processed
REPORTS ?= reports
DATE ?=
NAME ?=
FACT ?=
CELL ?=
FILE ?=
OUT ?=
DNR ?=
A ?=
B ?=
N ?=
T ?=
STAGE ?=
BESOK ?=
VERSION =
PROFILE ?=
ARGS ?=

RUN = $(PYTHON) -m pipeline.bootstrap
PLACE = --raw "$(RAW)" --processed "$(PROCESSED)" --reports "$(REPORTS)"
WHEN = $(if $(YEAR),--year "$(YEAR)") $(if $(DATE),--date "$(DATE)")
OPTIONS = $(strip $(WHEN) $(PLACE))

# `make -q` asks without a word.
QUIET := $(if $(findstring q,$(firstword -$(MAKEFLAGS))),--quiet)

.SILENT:
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help annual build-annual tertial audit forms letters draw draw-check status fetch validate codebook facts trace dependents diff sample prove verify attack reproduce release gallra exempel lab test test-long check pages bench env clean

help: ## visar det här
	$(RUN) help

# File names hold spaces, which make's own rules break on, and a file that was merely touched is
# not new: so Python looks, once, and only when `annual` is asked for. Anything but the word
# "aktuell" means: build.
annual: ## bygger årets rapport, om något har ändrats sedan sist; PROFILE=1 visar tiden
ifneq (,$(filter annual,$(MAKECMDGOALS)))
STATE := $(if $(strip $(filter clean exempel,$(MAKECMDGOALS))$(ARGS)),,$(shell $(RUN) stale $(OPTIONS) $(QUIET)))
ifeq ($(STATE),aktuell)
$(if $(QUIET),,$(info Allt är aktuellt: ingenting har ändrats sedan rapporten byggdes.))
else
annual: build-annual
endif
endif

build-annual:
	$(RUN) annual $(OPTIONS) $(if $(PROFILE),--profil) $(ARGS)

tertial: ## sammanställer ett tertial, ett underlag per enhet: T=1, T=2 eller T=3
	$(RUN) tertial $(OPTIONS) $(if $(T),--tertial "$(T)")

audit: ## bygger verksamhetsuppföljningens rapporter; BESOK=… ett besök, VERSION=v0|v1 fryser den
	$(RUN) audit $(OPTIONS) $(if $(BESOK),--besok "$(BESOK)") $(if $(VERSION),--version "$(VERSION)") $(ARGS)

letters: ## skriver uppföljningsplanen och breven om årets besök; BESOK=… bara ett
	$(RUN) letters $(OPTIONS) $(if $(BESOK),--besok "$(BESOK)")

draw: ## drar kunder till ett besöks granskning: BESOK=V2025-03 ARGS="--dragen-av 'rollen'"
	$(RUN) draw $(OPTIONS) --besok "$(BESOK)" $(ARGS)

draw-check: ## gör om ett urval ur dess protokoll och säger om det är lika: BESOK=…
	$(RUN) draw-check $(OPTIONS) --besok "$(BESOK)" $(ARGS)

forms: ## skriver Excelblanketter för allt som fylls i för hand; BESOK=… ett besöks protokoll
	$(RUN) forms $(OPTIONS) $(if $(BESOK),--besok "$(BESOK)")

status: ## visar årshjulet: klart, på gång och försenat, på vilket underlag; ARGS=--json
	$(RUN) status $(OPTIONS) $(ARGS)

fetch: ## hämtar jämförelsetal från Kolada, och säger vad som reviderats sedan sist
	$(RUN) fetch $(OPTIONS) $(ARGS)

validate: ## läser in och kontrollerar årets filer: vad som är fel, var, och vad man gör åt det
	$(RUN) validate $(OPTIONS)

codebook: ## skriver en kodbok av en export: FILE=enkat.xlsx; frågor om den i .fragor.md
	$(RUN) codebook $(OPTIONS) "$(FILE)" $(if $(OUT),--out "$(OUT)") $(ARGS)

facts: ## visar årets tal; NAME=… visar ett av dem
	$(RUN) facts $(OPTIONS) $(if $(NAME),--name "$(NAME)")

trace: ## visar vad ett tal bygger på, ända ner till cellerna: FACT=id eller FACT='namn[insats=MET]'
	$(RUN) trace $(OPTIONS) --fact "$(FACT)" $(ARGS)

dependents: ## visar vilka tal en cell räknas i och kan ändra: CELL='fil.xlsx!Blad!H14'
	$(RUN) dependents $(OPTIONS) --cell "$(CELL)" $(ARGS)

prove: ## ändrar råa celler på måfå och visar att bara förutsedda tal ändras; ARGS="--seed 2"
	$(RUN) prove $(OPTIONS) $(ARGS)

verify: ## räknar om varje tal i rapporten ur rådata på en annan väg, och prövar filernas summor
	$(RUN) verify $(OPTIONS) $(ARGS)

attack: ## angriper den publika utgåvan: inget dolt tal får gå att räkna fram ur det publicerade
	$(RUN) attack $(OPTIONS) $(ARGS)

reproduce: ## bygger två gånger, i två mappar, tidszoner och språk, och jämför varje byte
	$(RUN) reproduce $(OPTIONS) $(ARGS)

release: ## publicerar ett steg: STAGE=mars ARGS="--beslutad-av 'rollen'"; mars april maj host …
	$(RUN) release $(OPTIONS) --stage "$(STAGE)" $(ARGS)

gallra: ## förstör rader enligt beslut DNR=…; provar bara, utan ARGS="… --utfor"
	$(RUN) gallra $(OPTIONS) --dnr "$(DNR)" $(ARGS)

exempel: ## lägger exempelkommunens filer i RAW
	$(RUN) exempel $(OPTIONS)

diff: ## visar vad som skiljer mellan två utgåvor och varför; A=… B=… är år eller mappar
	$(RUN) diff $(OPTIONS) --a "$(A)" --b "$(B)" $(ARGS)

sample: ## drar 25 tal på måfå: en arbetsbok där varje tal räknas om ur sina källceller; N=…
	$(RUN) sample $(OPTIONS) $(if $(N),--n "$(N)") $(ARGS)

lab: ## öppnar kapitlen i JupyterLab
	$(RUN) lab $(ARGS)

test: ## kör testerna; ARGS="-k namn" väljer bland dem
	$(RUN) test $(ARGS)

test-long: ## kör de långa testerna, som make test bara kör i mindre form
	$(RUN) test-long $(ARGS)

check: ## granskar koden med ruff och mypy
	$(RUN) check $(ARGS)

pages: export UPPFOLJNING_SIDOR = $(REPORTS)
pages: export UPPFOLJNING_SIDOR_AR = $(YEAR)
pages: export UPPFOLJNING_SIDOR_ALLA = 1
pages: ## granskar varje sida i en byggd utgåva i webbläsaren: tillgänglighet, kontrast, länkar
	$(RUN) test tests/edition/pages --dist load $(ARGS)

bench: ## mäter hur fort det går, på påhittade data; ARGS="kernels" väljer
	$(RUN) bench $(ARGS)

env: ## gör i ordning Python-miljön och inget mer
	$(RUN) env

clean: ## tar bort allt som är byggt; rådata rörs aldrig
	$(RUN) clean $(OPTIONS)
