"""Kinds of files that FFmpeg may open here.

It knows many more: play lists that wait for a network, slide shows, text drawn as video.
"""

SOUND = "wav,mp3,flac,aac,aiff,caf,amr,au,w64,ac3,eac3,ape,tta,wv"
VIDEO = "mov,matroska,avi,flv,asf,ogg,mpeg,mpegts,gif,h264,hevc"
WHITELIST = {"format_whitelist": f"{VIDEO},{SOUND}"}
