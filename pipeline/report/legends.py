"""What the signs in tables and pictures mean. An edition tells each once in a section."""

from pipeline.facts.pattern import DOTS

EXPLAINED = (
    f"Två punkter ({DOTS}) står där ett tal inte visas: för få personer står bakom det, "
    "eller så skulle ett sådant tal gå att räkna ut."
)
UNCERTAIN = (
    "Osäkerheten är ett konfidensintervall: så mycket kan andelen bero på vilka som råkade svara."
)
ROUNDED = "Skillnader är räknade på tal som inte är avrundade."
LEGENDS = (EXPLAINED, UNCERTAIN, ROUNDED)
