#!/bin/sh
# Makes every clip of the announcement: zh/*.wav and en/*.wav beside this script.
#
# Needs Debian's espeak-ng and sox. A line of a table is NAME|WHAT IS SPOKEN; the names are those of
# the words in ../src/speaker/zh.rs and ../src/speaker/en.rs. Chinese is written in pinyin with tone
# numbers: espeak-ng 1.51 has no dictionary of characters. ORIGIN.md says the rest.
set -eu
cd "$(dirname "$0")"

# Plays on any card, and holds all that a formant voice has.
RATE=11025
# Loudest sample, in dB below full scale.
PEAK=-1
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT

# clip FOLDER VOICE SPEED NAME TEXT
clip() {
    espeak-ng -v "$2" -s "$3" -w "$SCRATCH/raw.wav" "$5"
    # Without the silence at both ends; 5 ms of fade, so that no word clicks. No dither: the same
    # input gives the same file.
    sox -D -v 0.7 "$SCRATCH/raw.wav" -b 16 -c 1 "$1/$4.wav" \
        rate "$RATE" highpass 120 \
        silence 1 0.005 0.4% reverse silence 1 0.005 0.4% fade 0.005 reverse fade 0.005 \
        norm "$PEAK"
}

# clips FOLDER VOICE SPEED, with the table as input
clips() {
    mkdir -p "$1"
    rm -f "$1"/*.wav
    while IFS='|' read -r name text; do
        clip "$1" "$2" "$3" "$name" "$text"
    done
}

clips zh cmn-latn-pinyin 165 <<'WORDS'
received|shou1 kuan3
zero|ling2
one|yi1
two|er4
pair|liang3
three|san1
four|si4
five|wu3
six|liu4
seven|qi1
eight|ba1
nine|jiu3
ten|shi2
hundred|bai3
thousand|qian1
ten-thousand|wan4
hundred-million|yi4
point|dian3
yuan|yuan2
hong-kong-dollar|gang3 yuan2
pataca|ao4 men2 yuan2
us-dollar|mei3 yuan2
euro|ou1 yuan2
pound|ying1 bang4
yen|ri4 yuan2
dinar|ke1 wei1 te4 di4 na4 er3
WORDS

clips en en-us 175 <<'WORDS'
received|received
zero|zero
one|one
two|two
three|three
four|four
five|five
six|six
seven|seven
eight|eight
nine|nine
ten|ten
eleven|eleven
twelve|twelve
thirteen|thirteen
fourteen|fourteen
fifteen|fifteen
sixteen|sixteen
seventeen|seventeen
eighteen|eighteen
nineteen|nineteen
twenty|twenty
thirty|thirty
forty|forty
fifty|fifty
sixty|sixty
seventy|seventy
eighty|eighty
ninety|ninety
hundred|hundred
thousand|thousand
million|million
billion|billion
yuan|yuan
hong-kong|Hong Kong
us|U S
dollar|dollar
dollars|dollars
pataca|pataca
patacas|patacas
euro|euro
euros|euros
pound|pound
pounds|pounds
yen|yen
dinar|dinar
dinars|dinars
WORDS
